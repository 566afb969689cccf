use super::fixed::Fixed;
use actix_web::{HttpRequest, HttpResponse, get};
use std::sync::LazyLock;

static SCRIPT: LazyLock<Fixed> = LazyLock::new(|| {
    let script = include_str!("swagger_initializer.js");
    Fixed::new("text/javascript; charset=utf-8", script)
});

/// The script that begins Swagger UI, in the place of the one that comes with it.
#[get("/docs/swagger-initializer.js")]
pub(crate) async fn get_swagger_initializer(request: HttpRequest) -> HttpResponse {
    SCRIPT.answer(&request)
}
