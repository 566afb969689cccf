//! Where metrics are served.

use super::{ConfigError, parsed};
use crate::cli::GivenSettings;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address for metrics, on another port than `clients`; `None`: metrics are off.
pub(super) fn address(
    settings: &GivenSettings,
    clients: u16,
) -> Result<Option<SocketAddr>, ConfigError> {
    const HOST: &str = "must be an IP address such as 0.0.0.0";
    const PORT: &str = "must be a port, 0 to 65535";
    let host: Option<IpAddr> = parsed("METRICS_HOST", &settings.metrics_host, HOST)?;
    let port: Option<u16> = parsed("METRICS_PORT", &settings.metrics_port, PORT)?;
    if port.is_some_and(|port| port != 0 && port == clients) {
        return Err(ConfigError {
            variable: "METRICS_PORT",
            problem: "must be another port than HTTP_PORT".to_owned(),
        });
    }
    let host = host.unwrap_or(Ipv4Addr::LOCALHOST.into());
    Ok(port.map(|port| SocketAddr::new(host, port)))
}
