//! TLS: whom we trust, what is kept as evidence, and what a refusal means for a reader.

use std::fmt;
use std::sync::Arc;

use archive::{Tls, TlsVersion};
use rustls::client::ClientConnection;
use rustls::{CertificateError, ClientConfig, ProtocolVersion, RootCertStore};
use sha2::{Digest, Sha256};

/// Returns Mozilla's authorities: the same on every machine, whatever was installed on it.
pub fn authorities() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// Returns TLS with the ring provider, named here: nothing hangs on a process-wide one.
pub(crate) fn config(authorities: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Returns what is kept of a connection as evidence.
pub(crate) fn evidence(connection: &ClientConnection) -> Tls {
    let leaf = connection.peer_certificates().and_then(|chain| chain.first());
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => Some(TlsVersion::Tls12),
        Some(ProtocolVersion::TLSv1_3) => Some(TlsVersion::Tls13),
        _ => None,
    };
    Tls { leaf_sha256: leaf.map(|leaf| Sha256::digest(leaf).into()), version }
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
    pub(crate) fn of(error: &rustls::Error) -> Self {
        let rustls::Error::InvalidCertificate(certificate) = error else {
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
