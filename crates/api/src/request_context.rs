use crate::client_address::TrustedProxies;
use domain::clock::{Clock, Ids};
use std::sync::Arc;

/// The settings and services around every request.
pub struct RequestContext {
    pub ids: Arc<dyn Ids>,
    pub clock: Arc<dyn Clock>,
    pub proxies: TrustedProxies,
}
