use super::ModelBody;
use crate::error::{ApiError, code};
use crate::extract::Authenticated;
use crate::memory::needs_nothing;
use actix_web::{HttpRequest, web};
use domain::chat::ChatService;
use endpoint::get;

/// Get a model
///
/// One model of the provider, by its id, as in OpenAI's API. An id may contain slashes.
#[utoipa::path(
    tag = "chat",
    params(("model" = String, Path, description = "The model's id, as the list of models has it.",
        example = "llama3.2")),
    responses((status = 200, description = "The model.", body = ModelBody)),
    extensions(("x-error-codes" = json!([
        "model_not_found", "model_provider_not_configured", "model_provider_busy",
        "model_provider_error", "model_provider_timeout", "model_provider_rate_limited",
    ]))),
    security(("bearer" = [])),
)]
#[get("/models/{model:.+}")]
pub(crate) async fn get_model(
    _caller: Authenticated,
    request: HttpRequest,
    chat: web::Data<ChatService>,
    model: web::Path<String>,
) -> Result<web::Json<ModelBody>, ApiError> {
    needs_nothing(&request);
    Ok(web::Json(find(&chat, &model).await?))
}

/// The provider's model with this id.
pub(crate) async fn find(chat: &ChatService, model: &str) -> Result<ModelBody, ApiError> {
    let models = chat.models().await?;
    let found = models.into_iter().find(|known| known.id == model);
    let found = found.ok_or_else(|| {
        let message = "The model provider does not list this model. GET /v1/models shows those it \
                       has.";
        ApiError::new(code::MODEL_NOT_FOUND, message).param("model")
    })?;
    Ok(ModelBody::from(found))
}
