//! Asks DNS for what the sending domain says of itself. Nothing is decided here.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::dkim::Signing;
use super::domain::{Answer, Pointer, Records, Unanswered};
use super::walk::{Answers, Question, Walked, walk};
use crate::Config;

/// One question waits no longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// All questions of one SPF record wait no longer.
const PATIENCE_FOR_SPF: Duration = Duration::from_secs(20);

/// Asks for the records of the sender's domain, of its signature and of the mail server. The resolver is the system's,
/// unless a test names another.
pub async fn records(config: &Config, resolver: Option<SocketAddr>) -> Records {
    let asking = Asking(resolver_at(resolver));
    let (domain, server) = (config.domain_of_sender(), config.smtp.host.clone());
    let (domain, server) = (domain.as_str(), server.as_str());
    let (txt, dmarc, mx, own, server_addresses) = tokio::join!(
        asking.texts(domain),
        asking.dmarc(domain),
        asking.exchangers(domain),
        asking.addresses(domain),
        asking.addresses(server),
    );
    let first = server_addresses.as_ref().ok().and_then(|addresses| addresses.first()).copied();
    let pointer = match first {
        Some(address) => Some(asking.pointer(address).await),
        None => None,
    };
    let (spf, dkim) =
        tokio::join!(asking.spf(domain, server_addresses.as_deref()), asking.dkim(Signing::of(config)),);
    let (domain, server) = (domain.to_owned(), server.to_owned());
    Records { domain, server, txt, spf, dkim, dmarc, mx, own, server_addresses, pointer }
}

struct Asking(Result<TokioResolver, Unanswered>);

fn resolver_at(address: Option<SocketAddr>) -> Result<TokioResolver, Unanswered> {
    let mut builder = match address {
        None => TokioResolver::builder_tokio().map_err(|_| Unanswered)?,
        Some(address) => {
            let [mut udp, mut tcp] = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
            (udp.port, tcp.port) = (address.port(), address.port());
            let server = NameServerConfig::new(address.ip(), true, vec![udp, tcp]);
            let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    builder.options_mut().timeout = PATIENCE;
    builder.options_mut().attempts = 1;
    builder.build().map_err(|_| Unanswered)
}

impl Asking {
    async fn texts(&self, name: &str) -> Answer<String> {
        self.ask(name, RecordType::TXT, |data| match data {
            RData::TXT(txt) => {
                // Strings of one record belong together without a space (RFC 7208, 3.3).
                Some(txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect())
            }
            _ => None,
        })
        .await
    }

    /// Follows SPF for the addresses of the mail server.
    async fn spf(&self, domain: &str, addresses: Result<&[IpAddr], &Unanswered>) -> Walked {
        let Ok(addresses) = addresses else { return Walked::Unanswered };
        let following = async {
            let mut answers = Answers::default();
            loop {
                match walk(domain, addresses, &answers) {
                    Ok(walked) => return walked,
                    Err(question) => self.answer(question, &mut answers).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE_FOR_SPF, following).await.unwrap_or(Walked::Unanswered)
    }

    async fn answer(&self, question: Question, answers: &mut Answers) {
        match &question {
            Question::Texts(name) => {
                let found = self.texts(name).await;
                answers.names.insert(question, found);
            }
            Question::Exchangers(name) => {
                let found = self.exchangers(name).await;
                answers.names.insert(question, found);
            }
            Question::Addresses(name) => {
                let found = self.addresses(name).await;
                answers.addresses.insert(question, found);
            }
        }
    }

    async fn dkim(&self, signing: Signing) -> Signing {
        match signing {
            Signing::Key { name, record, .. } => {
                let found = self.texts(&name).await;
                Signing::Key { name, record, found }
            }
            other => other,
        }
    }

    /// DMARC stands at the domain itself, or at the registered domain above it.
    async fn dmarc(&self, domain: &str) -> Answer<String> {
        let own = self.texts(&format!("_dmarc.{domain}")).await?;
        let above = model::registered_domain(domain);
        if own.iter().any(|text| text.contains("DMARC")) || above == domain {
            return Ok(own);
        }
        self.texts(&format!("_dmarc.{above}")).await
    }

    async fn exchangers(&self, name: &str) -> Answer<String> {
        self.ask(name, RecordType::MX, |data| match data {
            RData::MX(mx) => Some(mx.exchange.to_string()),
            _ => None,
        })
        .await
    }

    async fn addresses(&self, name: &str) -> Answer<IpAddr> {
        let plain = name.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = plain.parse() {
            return Ok(vec![address]);
        }
        if plain.eq_ignore_ascii_case("localhost") {
            return Ok(vec![IpAddr::from([127, 0, 0, 1])]);
        }
        let (four, six) = tokio::join!(
            self.ask(plain, RecordType::A, |data| match data {
                RData::A(address) => Some(IpAddr::V4(address.0)),
                _ => None,
            }),
            self.ask(plain, RecordType::AAAA, |data| match data {
                RData::AAAA(address) => Some(IpAddr::V6(address.0)),
                _ => None,
            }),
        );
        Ok([four?, six?].concat())
    }

    async fn pointer(&self, address: IpAddr) -> Pointer {
        let Ok(names) = self.names(address).await else {
            return Pointer { names: Err(Unanswered), leads_back: false };
        };
        let mut leads_back = false;
        for name in &names {
            leads_back |= self.addresses(name).await.is_ok_and(|found| found.contains(&address));
        }
        Pointer { names: Ok(names), leads_back }
    }

    async fn names(&self, address: IpAddr) -> Answer<String> {
        let name = hickory_resolver::proto::rr::Name::from(address).to_string();
        self.ask(&name, RecordType::PTR, |data| match data {
            RData::PTR(name) => Some(name.0.to_string()),
            _ => None,
        })
        .await
    }

    async fn ask<T>(&self, name: &str, kind: RecordType, read: impl Fn(&RData) -> Option<T>) -> Answer<T> {
        let resolver = self.0.as_ref().map_err(|_| Unanswered)?;
        // A name with its last dot is looked up as it is, not below the machine's own domain.
        let whole = format!("{}.", name.trim_end_matches('.'));
        let looked = tokio::time::timeout(PATIENCE * 2, resolver.lookup(whole, kind)).await;
        match looked.map_err(|_| Unanswered)? {
            Ok(found) => Ok(found.answers().iter().filter_map(|record| read(&record.data)).collect()),
            Err(error) if says_none(&error) => Ok(Vec::new()),
            Err(_) => Err(Unanswered),
        }
    }
}

/// Whether the answer was that there is nothing; a server that failed is no answer.
fn says_none(error: &NetError) -> bool {
    let NetError::Dns(DnsError::NoRecordsFound(none)) = error else { return false };
    matches!(none.response_code, ResponseCode::NoError | ResponseCode::NXDomain)
}
