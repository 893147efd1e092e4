//! TLS: whom we trust, what is kept as evidence, and what a refusal means for a reader.

use std::fmt;
use std::sync::Arc;

use archive::TlsVersion;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

use super::attempt::{note_leaf, note_stage, note_version};
use crate::failure::Stage;

/// Returns Mozilla's authorities: the same on every machine, whatever was installed on it.
pub fn authorities() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// Returns TLS with the ring provider, named here: nothing hangs on a process-wide one.
pub(crate) fn config(authorities: RootCertStore) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(authorities.into(), Arc::clone(&provider));
    let verifier = verifier.build().map_err(|error| Error::General(error.to_string()))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Witness(verifier)))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A session that is taken up again shows no certificate, and lets a server tell that we are who came before.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// The verifier of rustls, word for word, which notes what it is shown: the library tells that of straight connections
/// alone, and when a handshake began it does not tell at all.
#[derive(Debug)]
struct Witness(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        note_leaf(Sha256::digest(leaf).into());
        self.0.verify_server_cert(leaf, intermediates, name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        note_version(TlsVersion::Tls12);
        self.0.verify_tls12_signature(message, leaf, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        note_version(TlsVersion::Tls13);
        self.0.verify_tls13_signature(message, leaf, signed)
    }

    /// Asked for what stands in the first message of a handshake, so that this is where it begins.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        note_stage(Stage::Tls);
        self.0.supported_verify_schemes()
    }
}

/// What is wrong with a server's TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsProblem {
    /// Its certificate has ended, or has not begun.
    Expired,
    /// Its certificate is for other names.
    OtherName,
    /// Nobody we know vouches for its certificate.
    Untrusted,
    /// It was withdrawn by its authority.
    Revoked,
    /// Something else; what the TLS library says.
    Other(String),
}

impl TlsProblem {
    /// Returns what an error of the TLS library means.
    pub(crate) fn of(error: &Error) -> Self {
        let Error::InvalidCertificate(certificate) = error else {
            return Self::Other(error.to_string());
        };
        match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Self::Expired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::OtherName
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::Untrusted,
            CertificateError::Revoked => Self::Revoked,
            _ => Self::Other("its certificate is not acceptable".to_owned()),
        }
    }
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => {
                "its certificate has ended or not begun: the outlet must renew it; check this machine's clock, too"
            }
            Self::OtherName => "its certificate is for another name: check the address, with and without www",
            Self::Untrusted => {
                "nobody known vouches for its certificate: it is self-made, or somebody stands in between; \
                 compare from another network, or give the source a proxy"
            }
            Self::Revoked => "its certificate was withdrawn: the outlet must renew it",
            Self::Other(what) => return write!(f, "{what}: the outlet must mend it"),
        })
    }
}
