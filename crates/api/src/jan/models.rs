//! The models of the provider, as under `/v1`.

use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::memory::needs_nothing;
use crate::models::ModelBody;
use crate::models::get::find;
use crate::models::list::ModelListBody;
use actix_web::{HttpRequest, web};
use domain::chat::ChatService;
use endpoint::get;

/// List the models
#[utoipa::path(
    tag = "chat",
    responses((status = 200, description = "Every model.", body = ModelListBody)),
    security(("bearer" = [])),
)]
#[get("/models")]
pub(crate) async fn list_models(
    _caller: Authenticated,
    request: HttpRequest,
    chat: web::Data<ChatService>,
) -> Result<web::Json<ModelListBody>, ApiError> {
    needs_nothing(&request);
    Ok(web::Json(chat.models().await?.into()))
}

/// Get a model
#[utoipa::path(
    tag = "chat",
    params(("model" = String, Path, description = "The model's id.")),
    responses((status = 200, description = "The model.", body = ModelBody)),
    security(("bearer" = [])),
)]
#[get("/models/catalogs/{model:.+}")]
pub(crate) async fn get_model(
    _caller: Authenticated,
    request: HttpRequest,
    chat: web::Data<ChatService>,
    model: web::Path<String>,
) -> Result<web::Json<ModelBody>, ApiError> {
    needs_nothing(&request);
    Ok(web::Json(find(&chat, &model).await?))
}
