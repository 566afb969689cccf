use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    VARY, X_FRAME_OPTIONS,
};

/// Where links live.
const PLACE: &str = "/conversations/share/";

/// Nothing but our own style sheets and pictures; no script, no frame, no form.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// What every answer of a link carries, failures included: it is kept nowhere, so that a link that
/// was revoked is gone; search engines leave it out; its secret address is told to no other site; and
/// what others wrote in it can do nothing.
pub(crate) fn protect(path: &str, headers: &mut HeaderMap) {
    if !path.starts_with(PLACE) {
        return;
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    );
    headers.append(VARY, HeaderValue::from_static("Accept"));
}
