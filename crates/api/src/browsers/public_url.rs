//! The beginning of the addresses that clients are given.

use super::forwarded::{addressed, scheme};
use super::settings::Browsers;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use std::convert::Infallible;
use std::future::{Ready, ready};

/// The address at which the caller reaches this server, without a slash at its end: the configured
/// one, else the one that the request was sent to. It is used only in the answer to that request.
pub struct PublicUrl(pub(crate) String);

impl FromRequest for PublicUrl {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(Self::of(request))))
    }
}

impl PublicUrl {
    pub(crate) fn of(request: &HttpRequest) -> String {
        let browsers = request.app_data::<web::Data<Browsers>>();
        let set = browsers.and_then(|browsers| browsers.public_url.clone());
        set.unwrap_or_else(|| asked(request, browsers))
    }

    /// As [`Self::of`]; `None` where only the request names it, and names a host that this server
    /// does not answer for: an answer must not lead there.
    pub(crate) fn of_answered(request: &HttpRequest) -> Option<String> {
        let browsers = request.app_data::<web::Data<Browsers>>()?;
        let is_ours = browsers.public_url.is_some() || browsers.answers(request.head());
        is_ours.then(|| Self::of(request))
    }
}

fn asked(request: &HttpRequest, browsers: Option<&web::Data<Browsers>>) -> String {
    let seen = browsers.and_then(|browsers| {
        let proxies = &browsers.proxies;
        let authority = addressed(request.head(), proxies)?;
        Some(format!("{}://{authority}", scheme(request.head(), proxies)))
    });
    let port = request.app_config().local_addr().port();
    seen.unwrap_or_else(|| format!("http://localhost:{port}"))
}
