use super::fixed::Fixed;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use endpoint::get;
use std::sync::LazyLock;

static PAGE: LazyLock<Fixed> = LazyLock::new(|| {
    Fixed::new(
        "text/html; charset=utf-8",
        page::landing(env!("CARGO_PKG_VERSION")),
    )
});

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// The page at `/`: describes the service and links to its other pages.
#[get("/")]
pub(crate) async fn get_landing(request: HttpRequest) -> HttpResponse {
    let mut answer = PAGE.answer(&request);
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    answer
}
