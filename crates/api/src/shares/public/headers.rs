use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    VARY, X_FRAME_OPTIONS,
};

/// Where links live.
const PREFIX: &str = "/conversations/share/";

/// The headers that every answer of a link has, failures included, with their purposes.
const SAFETY: [(HeaderName, &str, &str); 5] = [
    (
        CACHE_CONTROL,
        "private, no-cache",
        "`private, no-cache`: a browser asks again each time, so that a link that was revoked is gone.",
    ),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
        "Allows only files of this server: no script in the page, no script that makes HTML of text, \
         no frame, no form. The texts of others cannot run.",
    ),
    (
        REFERRER_POLICY,
        "no-referrer",
        "`no-referrer`: other sites do not learn the secret address.",
    ),
    (
        X_FRAME_OPTIONS,
        "DENY",
        "`DENY`, for browsers that do not know the policy.",
    ),
    (
        HeaderName::from_static("x-robots-tag"),
        "noindex, nofollow",
        "`noindex, nofollow`: search engines leave it out.",
    ),
];

/// Adds these headers to the answer of a link.
pub(crate) fn protect(path: &str, headers: &mut HeaderMap) {
    if !path.starts_with(PREFIX) {
        return;
    }
    for (name, value, _) in SAFETY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for decisive in ["Accept", "User-Agent"] {
        headers.append(VARY, HeaderValue::from_static(decisive));
    }
}

/// The headers that answers of an address have because it belongs to a link: names and purposes.
pub(crate) fn protection(path: &str) -> impl Iterator<Item = (HeaderName, &'static str)> {
    let safety = SAFETY.map(|(name, _, meaning)| (name, meaning));
    let vary = (
        VARY,
        "`Accept`, `User-Agent` and `Accept-Encoding`, which decide the form.",
    );
    safety
        .into_iter()
        .chain([vary])
        .filter(move |_| path.starts_with(PREFIX))
}
