//! The gate around the HTTP library's connector: each connection passes it, in its time and to an allowed place, or is none.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Extensions;
use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use model::ProxyUrl;
use tokio::time::{Instant, sleep_until};
use tower::{BoxError, Layer, Service};

use super::attempt::{Attempt, Known};
use super::problem::{ConnectProblem, ProxyProblem};
use super::shown::Shown;
use crate::failure::Stage;
use crate::guard::{Guard, Refusal};

/// How long each part of a connection may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
    pub(crate) dns: Duration,
    /// Through a proxy: until the proxy has reached the site.
    pub(crate) connect: Duration,
    pub(crate) tls: Duration,
}

/// The gate of one client: all its connections go straight, or all through one proxy.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Rules>);

/// What a gate goes by.
pub(crate) struct Rules {
    pub(crate) guard: Guard,
    /// The only way there; `None` is straight.
    pub(crate) proxy: Option<ProxyUrl>,
    pub(crate) deadlines: Deadlines,
    /// Where it is kept what TLS showed.
    pub(crate) shown: Arc<Shown>,
}

/// A connector behind the gate.
#[derive(Clone)]
pub(crate) struct Gated<S> {
    inner: S,
    gate: Gate,
}

impl Deadlines {
    /// Returns the longest that a connection can take.
    pub(crate) fn whole(&self) -> Duration {
        self.dns + self.connect + self.tls
    }

    fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Dns => self.dns,
            Stage::Tls => self.tls,
            _ => self.connect,
        }
    }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { inner, gate: self.clone() }
    }
}

/// Over any service: the library's types for what is asked of its connector and for a connection have no names.
impl<S, R> Service<R> for Gated<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: Connection + Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let (rules, connecting) = (Arc::clone(&self.gate.0), self.inner.call(target));
        Box::pin(async move { Ok(rules.pass(connecting).await?) })
    }
}

impl Gate {
    pub(crate) fn new(rules: Rules) -> Self {
        Self(Arc::new(rules))
    }
}

impl Rules {
    async fn pass<C: Connection>(
        &self,
        connecting: impl Future<Output = Result<C, BoxError>>,
    ) -> Result<C, ConnectProblem> {
        let attempt = Arc::new(Attempt::new(Instant::now()));
        let connecting = Arc::clone(&attempt).during(connecting);
        let connected =
            in_time(connecting, &attempt, self.deadlines).await.map_err(|stage| self.late(stage))?;
        let known = attempt.known();
        let connection = connected.map_err(|error| self.problem(&known, &error))?;
        let mut extras = Extensions::new();
        connection.connected().get_extras(&mut extras);
        // The system does not tell the address of another side that is gone already.
        let gone = || self.on_the_way(ConnectProblem::Io(io::ErrorKind::NotConnected));
        let ends: &HttpInfo = extras.get().ok_or_else(gone)?;
        self.admit(ends.remote_addr())?;
        known.tls.into_iter().for_each(|tls| self.shown.keep(ends, tls, Instant::now()));
        Ok(connection)
    }

    /// Looks once more at where a connection leads, before anything is asked over it. Its address was checked when
    /// the name was resolved, or written in numbers; this holds should that ever be passed by.
    fn admit(&self, remote: SocketAddr) -> Result<(), ConnectProblem> {
        let refusal = match &self.proxy {
            None if !self.guard.allows(remote) => Refusal::NotPublic,
            Some(proxy) if remote.port() != proxy.port || !self.guard.allows_proxy(remote) => {
                Refusal::LocalProxy
            }
            _ => return Ok(()),
        };
        Err(ConnectProblem::Refused(refusal))
    }

    fn late(&self, stage: Stage) -> ConnectProblem {
        let late = ConnectProblem::Late(stage);
        if stage == Stage::Tls { late } else { self.on_the_way(late) }
    }

    fn problem(&self, known: &Known, error: &BoxError) -> ConnectProblem {
        match (known.unresolved, known.stage) {
            (Some(unresolved), _) => self.on_the_way(unresolved.into()),
            (None, Stage::Tls) => ConnectProblem::of_tls(&**error),
            (None, _) if self.proxy.is_some() => ConnectProblem::Proxy(ProxyProblem::of(&**error)),
            (None, _) => ConnectProblem::of_dialling(&**error),
        }
    }

    /// Returns what went wrong before TLS: between us and the site, or between us and the proxy.
    fn on_the_way(&self, problem: ConnectProblem) -> ConnectProblem {
        if self.proxy.is_some() { problem.of_proxy() } else { problem }
    }
}

/// Returns what `connecting` came to, or the stage that took too long.
async fn in_time<F: Future>(
    connecting: F,
    attempt: &Attempt,
    deadlines: Deadlines,
) -> Result<F::Output, Stage> {
    let mut connecting = pin!(connecting);
    let mut alarm = pin!(sleep_until(Instant::now()));
    poll_fn(|context| {
        if let Poll::Ready(done) = connecting.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        // A stage begins while the future above is polled, so that this is the place to wind the alarm anew.
        let Known { stage, since, .. } = attempt.known();
        let until = since + deadlines.of(stage);
        if alarm.deadline() != until {
            alarm.as_mut().reset(until);
        }
        alarm.as_mut().poll(context).map(|()| Err(stage))
    })
    .await
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::super::attempt::note_stage;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_stage_has_its_own_time_and_the_late_one_is_named() {
        let second = Duration::from_secs(1);
        let deadlines = Deadlines { dns: second * 2, connect: second * 8, tls: second * 4 };
        let check = async |lasting: [(Stage, u32); 3], expected: Result<(), Stage>| {
            let attempt = Arc::new(Attempt::new(Instant::now()));
            let connecting = Arc::clone(&attempt).during(async {
                for (stage, seconds) in lasting {
                    note_stage(stage);
                    sleep(second * seconds).await;
                }
            });
            assert_eq!(in_time(connecting, &attempt, deadlines).await, expected, "{lasting:?}");
        };
        let (dns, connect, tls) = (Stage::Dns, Stage::Connect, Stage::Tls);
        check([(dns, 1), (connect, 7), (tls, 3)], Ok(())).await;
        check([(dns, 3), (connect, 0), (tls, 0)], Err(dns)).await;
        check([(dns, 1), (connect, 9), (tls, 0)], Err(connect)).await;
        // The time for a connection, which is longer, is not lent to the handshake.
        check([(dns, 1), (connect, 1), (tls, 5)], Err(tls)).await;
    }

    #[test]
    fn a_connection_that_leads_elsewhere_is_no_connection() {
        let guard = Guard::new(None, vec![80, 443], vec!["127.0.0.1:9050".parse().unwrap()]);
        let second = Duration::from_secs(1);
        let deadlines = Deadlines { dns: second, connect: second, tls: second };
        let check = |proxy: Option<&str>, remote: &str, expected: Result<(), Refusal>| {
            let proxy = proxy.map(|proxy| proxy.parse().unwrap());
            let rules = Rules { guard: guard.clone(), proxy, deadlines, shown: Arc::default() };
            let admitted = rules.admit(remote.parse().unwrap());
            assert_eq!(admitted, expected.map_err(ConnectProblem::Refused), "{remote}");
        };
        check(None, "8.8.8.8:443", Ok(()));
        check(None, "127.0.0.1:9050", Err(Refusal::NotPublic));
        check(None, "[::ffff:10.0.0.1]:443", Err(Refusal::NotPublic));
        let tor = Some("socks5h://127.0.0.1:9050");
        check(tor, "127.0.0.1:9050", Ok(()));
        // A site that was reached past the proxy, and another machine of the own network.
        check(tor, "8.8.8.8:443", Err(Refusal::LocalProxy));
        check(tor, "127.0.0.2:9050", Err(Refusal::LocalProxy));
    }
}
