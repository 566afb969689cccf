use super::fixed::Fixed;
use actix_web::{HttpRequest, HttpResponse, get};
use std::sync::LazyLock;

static SCRIPT: LazyLock<Fixed> = LazyLock::new(|| {
    let script = include_str!("swagger_initializer.js");
    Fixed::new("text/javascript; charset=utf-8", script)
});

/// The script that starts Swagger UI; it replaces the bundled one.
#[get("/docs/swagger-initializer.js")]
pub(crate) async fn get_swagger_initializer(request: HttpRequest) -> HttpResponse {
    SCRIPT.answer(&request)
}
