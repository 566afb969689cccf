use crate::caller::KnownCaller;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// Adds headers that name the caller, as Jan's middleware does.
pub(crate) fn tell_caller(caller: KnownCaller, headers: &mut HeaderMap) {
    let id = HeaderValue::try_from(caller.owner.to_string());
    let id = id.unwrap_or(HeaderValue::from_static(""));
    let method = HeaderValue::from_static(if caller.by_key { "apikey" } else { "jwt" });
    for (name, value) in [
        ("x-principal-id", &id),
        ("x-user-id", &id),
        ("x-user-subject", &id),
        ("x-auth-method", &method),
    ] {
        headers.insert(HeaderName::from_static(name), value.clone());
    }
}
