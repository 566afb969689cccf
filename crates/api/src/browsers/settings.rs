use super::hosts::Addressee;
use super::origins::is_refused;
use super::{AllowedHosts, AllowedOrigins, origin};
use crate::client_address::TrustedProxies;
use actix_web::dev::RequestHead;

/// The settings of the protection against pages of other sites.
pub struct Browsers {
    pub hosts: AllowedHosts,
    pub origins: AllowedOrigins,
    /// The address at which clients reach this server, without a slash at its end; absent: as in
    /// each request.
    pub public_url: Option<String>,
    /// The origin of that address.
    pub public_origin: Option<String>,
    pub proxies: TrustedProxies,
}

impl Browsers {
    #[must_use]
    pub fn new(
        hosts: AllowedHosts,
        origins: AllowedOrigins,
        public_url: Option<String>,
        proxies: TrustedProxies,
    ) -> Self {
        Self {
            hosts,
            origins,
            public_origin: public_url.as_deref().and_then(origin_of),
            public_url,
            proxies,
        }
    }

    /// Whether this server answers for the host that a request names. One of our proxies may name
    /// any.
    pub(crate) fn answers(&self, head: &RequestHead) -> bool {
        self.proxies.passed(head) > 0 || self.hosts.allow(&Addressee::of(head))
    }

    /// Whether a page that may not call this server may have sent the request.
    pub(crate) fn refuse(&self, head: &RequestHead) -> bool {
        let own = self.public_origin.as_deref();
        is_refused(head, &self.origins, own, &self.proxies)
    }
}

/// The origin of an address.
#[must_use]
pub fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    origin(&format!("{scheme}://{authority}"))
}
