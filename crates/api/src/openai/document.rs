//! The operations of this face, for the tables of methods and needs, and for tests. The shapes are OpenAI's.

use actix_web::App;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt as _;

#[derive(OpenApi)]
#[openapi(info(title = "jan-conversations, OpenAI's face"))]
struct Base;

/// The operations of this face. It is not served: the clients are OpenAI's own SDKs.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(super::described)
        .split_for_parts();
    document
}
