use actix_web::{HttpResponse, get};

const SCRIPT: &str = include_str!("swagger_initializer.js");

/// The script that begins Swagger UI, in the place of the one that comes with it.
#[get("/docs/swagger-initializer.js")]
pub(crate) async fn get_swagger_initializer() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .body(SCRIPT)
}
