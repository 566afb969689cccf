use super::ModelBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::memory::needs_nothing;
use actix_web::{HttpRequest, web};
use domain::chat::ChatService;
use domain::replies::Model;
use endpoint::get;
use serde::Serialize;
use utoipa::ToSchema;

/// All models of the provider, as in OpenAI's API: there are no pages.
#[derive(Serialize, ToSchema)]
#[schema(as = ModelList)]
pub(crate) struct ModelListBody {
    #[schema(inline)]
    object: ModelListObject,
    /// Every model.
    data: Vec<ModelBody>,
}

impl From<Vec<Model>> for ModelListBody {
    fn from(models: Vec<Model>) -> Self {
        Self {
            object: ModelListObject::List,
            data: models.into_iter().map(ModelBody::from).collect(),
        }
    }
}

/// The type of a list of models.
#[derive(Clone, Copy, Serialize, ToSchema)]
enum ModelListObject {
    #[serde(rename = "list")]
    List,
}

/// List the models
///
/// The models of the provider that this server is connected to, in its own order, as in OpenAI's
/// API.
#[utoipa::path(
    tag = "chat",
    responses((status = 200, description = "Every model.", body = ModelListBody)),
    extensions(("x-error-codes" = json!([
        "model_provider_not_configured", "model_provider_busy", "model_provider_error",
        "model_provider_timeout", "model_provider_rate_limited",
    ]))),
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
