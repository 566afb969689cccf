//! Where metrics are served.

use super::{ConfigError, parsed};
use crate::cli::GivenSettings;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address for metrics; `None`: metrics are off.
pub(super) fn address(settings: &GivenSettings) -> Result<Option<SocketAddr>, ConfigError> {
    const HOST: &str = "must be an IP address such as 0.0.0.0";
    const PORT: &str = "must be a port, 0 to 65535";
    let host: Option<IpAddr> = parsed("METRICS_HOST", &settings.metrics_host, HOST)?;
    let port: Option<u16> = parsed("METRICS_PORT", &settings.metrics_port, PORT)?;
    let host = host.unwrap_or(Ipv4Addr::LOCALHOST.into());
    Ok(port.map(|port| SocketAddr::new(host, port)))
}
