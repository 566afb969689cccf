//! Headers of answers that protect against harmful pages.

use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// For every answer: the declared type is final, and pages of other sites cannot embed it, unless it
/// is meant for them.
const EVERYWHERE: [(HeaderName, &str); 2] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (RESOURCE_POLICY, "same-origin"),
];

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// For an answer that pages of other sites may embed.
pub(crate) const FOR_OTHER_SITES: (HeaderName, &str) = (RESOURCE_POLICY, "cross-origin");

/// For pages: they cannot be framed, share no window, send no referrer to other sites, and may not
/// use the browser's sensitive features.
const PAGES: [(HeaderName, &str); 4] = [
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Swagger UI loads files only from this server, and calls only this server. Its styles use `data:`
/// pictures, and its bundle adds one style sheet to the page, allowed by its digest; if a new
/// version has another one, the check in a browser reports it.
const SWAGGER_UI: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// A page may not load other content, unless it has its own policy.
const OTHER_PAGES: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// Adds the protective headers to an answer, where it has not set its own.
pub(crate) fn protect(path: &str, headers: &mut HeaderMap) {
    for (name, value) in EVERYWHERE {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let kind = headers.get(CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return;
    }
    let policy = match path.starts_with("/docs/") {
        true => SWAGGER_UI,
        false => OTHER_PAGES,
    };
    for (name, value) in PAGES.into_iter().chain([(CONTENT_SECURITY_POLICY, policy)]) {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
