//! The wire types of API keys.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use crate::list::{Listed, list_body};
use crate::timestamp::Timestamp;
use domain::auth::{ApiKey, Name};
use serde::Serialize;
use utoipa::ToSchema;

/// An API key, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyBody {
    #[schema(example = "key_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    id: String,
    #[schema(inline)]
    object: ApiKeyObject,
    /// The purpose of the key.
    #[schema(example = "My notebook")]
    name: String,
    /// The last characters of the secret, so that you recognise the key.
    #[schema(example = "…9xQz")]
    hint: String,
    created_at: Timestamp,
    /// When the key expires; null when it does not.
    #[schema(required)]
    expires_at: Option<Timestamp>,
}

/// The type of an API key.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ApiKeyObject {
    ApiKey,
}

list_body!(
    /// A page of API keys.
    ApiKeyListBody, ApiKeyList, ApiKeyBody,
    "Send it as `after` for the next page; null on the last page."
);

impl Listed for ApiKeyBody {
    fn listed_as(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

impl From<ApiKey> for ApiKeyBody {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            object: ApiKeyObject::ApiKey,
            name: Name::into_string(key.name),
            hint: format!("…{}", key.hint),
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Timestamp::from),
        }
    }
}
