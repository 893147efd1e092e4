//! The HTTP library's clients as we use them: one for straight requests, one for each proxy.
//!
//! A client for each proxy, since a connection in a pool must not change its way.

use std::sync::Arc;
use std::time::Duration;

use model::{ProxyKind, ProxyUrl};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Proxy, retry};
use rustls::ClientConfig;

use super::attempt::{note_stage, note_unresolved};
use super::gate::{Deadlines, Gate, Rules};
use super::shown::Shown;
use crate::failure::Stage;
use crate::guard::{Guard, GuardedResolver, Names};

/// A connection that nobody uses for this long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// No more idle connections to one host are kept, whatever its source allows to be open at once.
const MAX_IDLE: usize = 16;
/// No head of an answer has more fields than this in earnest.
const MAX_FIELDS: usize = 2048;
/// RFC 1929 asks for a password of at least one byte; Tor takes any.
const ANY_PASSWORD: &str = "x";
/// An address is not named to the library more often than this.
const MAX_ROUNDS: u32 = 8;

/// What all clients share.
pub(crate) struct Common {
    pub(crate) names: Names,
    pub(crate) guard: Guard,
    pub(crate) tls: ClientConfig,
    pub(crate) deadlines: Deadlines,
    /// The longest wait until a proxy is connected to and has reached a site.
    pub(crate) proxy_timeout: Duration,
    pub(crate) max_header_bytes: usize,
    pub(crate) shown: Arc<Shown>,
}

impl Common {
    /// Builds a client. It keeps no cookies, sends no `Referer`, uses no proxy of the environment, unpacks nothing,
    /// and follows and repeats nothing by itself.
    pub(crate) fn client(&self, proxy: Option<&ProxyUrl>) -> reqwest::Result<Client> {
        let connect = proxy.map_or(self.deadlines.connect, |_| self.proxy_timeout);
        let deadlines = Deadlines { connect, ..self.deadlines };
        let (guard, proxy) = (self.guard.clone(), proxy.cloned());
        let guarded = GuardedResolver {
            names: self.names.clone(),
            guard: guard.clone(),
            timeout: deadlines.dns,
            proxy: proxy.clone(),
        };
        let resolver = Resolver { guarded, rounds: rounds(deadlines.whole(), deadlines.connect) };
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .retry(retry::never())
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(resolver)
            // The gate is stricter. This one gives each of a name's addresses its share, see `rounds`.
            .connect_timeout(deadlines.whole())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(MAX_IDLE)
            .http1_max_headers(MAX_FIELDS)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(u32::try_from(self.max_header_bytes).unwrap_or(u32::MAX));
        if let Some(proxy) = &proxy {
            builder = builder.proxy(way_through(proxy)?);
        }
        let shown = Arc::clone(&self.shown);
        builder.connector_layer(Gate::new(Rules { guard, proxy, deadlines, shown })).build()
    }
}

fn way_through(proxy: &ProxyUrl) -> reqwest::Result<Proxy> {
    let bare = ProxyUrl { user: String::new(), ..proxy.clone() };
    let way = Proxy::all(bare.to_string())?;
    let named = proxy.kind == ProxyKind::Socks && !proxy.user.is_empty();
    Ok(if named { way.basic_auth(&proxy.user, ANY_PASSWORD) } else { way })
}

/// Our resolver in the library's form.
struct Resolver {
    guarded: GuardedResolver,
    rounds: u32,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guarded, rounds) = (self.guarded.clone(), self.rounds);
        Box::pin(async move {
            note_stage(Stage::Dns);
            let found = guarded.look_up(name.as_str()).await.inspect_err(|error| note_unresolved(*error))?;
            note_stage(Stage::Connect);
            Ok(Box::new(in_rounds(&found, rounds).into_iter()) as Addrs)
        })
    }
}

/// Returns how often the addresses of a name are gone through. The library shares its one limit, which is `whole`, evenly
/// among all tries, so that a first address without an answer would use up the time for the connection alone.
fn rounds(whole: Duration, connect: Duration) -> u32 {
    (1..MAX_ROUNDS).find(|rounds| connect.saturating_mul(*rounds) >= whole).unwrap_or(MAX_ROUNDS)
}

/// Returns the addresses as often as that; one alone needs to share with none.
fn in_rounds<T: Clone>(addresses: &[T], rounds: u32) -> Vec<T> {
    let rounds = if addresses.len() > 1 { rounds } else { 1 };
    (0..rounds).flat_map(|_| addresses.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_a_name_gets_its_share_of_the_time_for_the_connection() {
        let second = Duration::from_secs(1);
        let check = |whole: u32, connect: u32, count: usize| {
            let rounds = rounds(second * whole, second * connect);
            let tries = in_rounds(&vec![0; count], rounds).len();
            let first_round = second * whole * u32::try_from(count).unwrap() / u32::try_from(tries).unwrap();
            assert!(first_round <= second * connect, "{whole} {connect} {count}: {first_round:?}");
        };
        check(25, 10, 2);
        check(25, 10, 3);
        check(75, 60, 2);
        check(15, 5, 4);
        assert_eq!(in_rounds(&["a"], 3), ["a"]);
        assert_eq!(in_rounds(&["a", "b"], 2), ["a", "b", "a", "b"]);
        assert_eq!(rounds(second * 100, second), MAX_ROUNDS);
    }
}
