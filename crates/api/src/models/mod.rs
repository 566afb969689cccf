//! The provider's models, in the format of OpenAI's API.

pub(crate) mod get;
pub(crate) mod list;

use domain::replies::Model;
use serde::Serialize;
use utoipa::ToSchema;

/// An available model.
#[derive(Serialize, ToSchema)]
#[schema(as = Model)]
pub(crate) struct ModelBody {
    /// The value for `model` in requests.
    #[schema(example = "llama3.2")]
    id: String,
    #[schema(inline)]
    object: ModelObject,
    /// Seconds since 1970; 0 where the provider does not say.
    #[schema(example = 1_735_689_600)]
    created: i64,
    /// The model's maker; empty where the provider does not say.
    #[schema(example = "library")]
    owned_by: String,
}

/// The type of a model.
#[derive(Clone, Copy, Serialize, ToSchema)]
enum ModelObject {
    #[serde(rename = "model")]
    Model,
}

impl From<Model> for ModelBody {
    fn from(model: Model) -> Self {
        Self {
            id: model.id,
            object: ModelObject::Model,
            created: model.created,
            owned_by: model.owned_by,
        }
    }
}
