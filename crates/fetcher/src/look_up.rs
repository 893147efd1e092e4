//! Whether a publisher's name leads anywhere: asked of the same resolver, behind the same guard, without a connection.

use crate::guard::{Guard, GuardedResolver, Names, ResolveError};
use crate::{ClientError, Config};

/// Looks one host name up as a fetch would, and connects nowhere. The outer error is one of the settings.
pub async fn look_up(config: &Config, host: &str) -> Result<Result<(), ResolveError>, ClientError> {
    let guard = Guard::new(config.exemption()?, config.ports.clone(), config.local_proxies.clone());
    let timeout = config.dns_timeout.unsigned_abs();
    let resolver = GuardedResolver { names: Names::System, guard, timeout, proxy: None };
    Ok(resolver.look_up(host).await.map(drop))
}
