//! What browsers are given: Swagger UI, and leave to call.

use actix_cors::Cors;
use actix_web::http::header::{self, HeaderName};
use api::browsers::AllowedOrigins;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::SwaggerUi;

/// Swagger UI's files and the document. How it is set up is in the file that begins it, which is ours
/// (`api::service::swagger_ui`).
pub(crate) fn swagger_ui(document: OpenApi) -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document)
}

/// Tells browsers whose pages may call.
pub(crate) fn cors(origins: &AllowedOrigins) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allow_any_header()
        .allow_private_network_access()
        .expose_headers([
            header::CONTENT_DISPOSITION,
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("idempotency-replayed"),
            HeaderName::from_static("x-context-truncated"),
            HeaderName::from_static("x-finish-reason"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("x-should-retry"),
        ])
        .max_age(3_600);
    match origins {
        // No cookie is ever used, so a page of any origin gets no more than it could ask for itself.
        AllowedOrigins::Any => cors.allow_any_origin().send_wildcard(),
        some => {
            let some = some.clone();
            cors.allowed_origin_fn(move |origin, _| {
                origin.to_str().is_ok_and(|origin| some.allow(origin))
            })
        }
    }
}
