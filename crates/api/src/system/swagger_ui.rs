use super::fixed::Fixed;
use actix_web::{HttpRequest, HttpResponse};
use endpoint::get;
use std::sync::LazyLock;

static SCRIPT: LazyLock<Fixed> = LazyLock::new(|| {
    let script = include_str!("swagger_initializer.js");
    Fixed::new("text/javascript; charset=utf-8", script)
});

static STYLE: LazyLock<Fixed> = LazyLock::new(|| {
    let style = include_str!("swagger_ui.css");
    Fixed::new("text/css; charset=utf-8", style)
});

/// The style in addition to Swagger UI's; it replaces the bundled one.
#[get("/docs/index.css")]
pub(crate) async fn get_swagger_style(request: HttpRequest) -> HttpResponse {
    STYLE.answer(&request)
}

/// The script that starts Swagger UI; it replaces the bundled one.
#[get("/docs/swagger-initializer.js")]
pub(crate) async fn get_swagger_initializer(request: HttpRequest) -> HttpResponse {
    SCRIPT.answer(&request)
}
