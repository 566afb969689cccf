use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, CREDENTIALS, WireBody};
use crate::timestamp::Timestamp;
use actix_web::{HttpResponse, web};
use domain::auth::{ApiKey, CreateKey, KeyLifetime, KeyList, KeyService, Name};
use domain::id::KeyId;
use domain::page::{Limit, Order};
use domain::tasks::Tasks;
use endpoint::{delete, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An API key; its secret is there only when it is new.
#[derive(Serialize, ToSchema)]
#[schema(as = JanApiKey)]
struct ApiKeyBody {
    id: String,
    name: String,
    prefix: &'static str,
    suffix: String,
    created_at: Timestamp,
    /// Null: it does not expire.
    expires_at: Option<Timestamp>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl ApiKeyBody {
    fn new(key: ApiKey, secret: Option<String>) -> Self {
        Self {
            id: key.id.to_string(),
            name: Name::into_string(key.name),
            prefix: KeyService::PREFIX,
            suffix: key.hint,
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Timestamp::from),
            status: "active",
            key: secret,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = JanApiKeyList)]
struct ApiKeyListBody {
    items: Vec<ApiKeyBody>,
}

/// A new API key.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanCreateApiKey)]
pub(crate) struct CreateApiKeyBody {
    #[schema(example = "My notebook")]
    name: String,
    /// 1 to 365; absent: it does not expire.
    #[schema(example = 90)]
    expires_in_days: Option<i64>,
}

impl WireBody for CreateApiKeyBody {
    const LIMIT: usize = CREDENTIALS;
    const MAY_TRAIL: bool = true;
}

/// Make an API key
#[utoipa::path(
    tag = "users",
    request_body = CreateApiKeyBody,
    responses((status = 201, description = "The key, with its secret.", body = ApiKeyBody)),
    security(("bearer" = [])),
)]
#[post("/jan/auth/api-keys")]
pub(crate) async fn create_api_key(
    Authenticated(actor): Authenticated,
    keys: web::Data<KeyService>,
    tasks: web::Data<dyn Tasks>,
    Body(body, _): Body<CreateApiKeyBody>,
) -> Result<HttpResponse, ApiError> {
    let seconds = body.expires_in_days.map(|days| days.saturating_mul(86_400));
    let lifetime = seconds.map(KeyLifetime::parse).transpose();
    let request = CreateKey {
        name: Name::parse(&body.name)?,
        lifetime: lifetime.map_err(|_| {
            let message = "expires_in_days must be 1 to 365.";
            domain::error::Error::invalid("expires_in_days", message)
        })?,
    };
    let work = async move { keys.create(actor, request).await };
    let (key, secret) = to_its_end(tasks.as_ref(), work).await?;
    Ok(HttpResponse::Created().json(ApiKeyBody::new(key, Some(secret.0))))
}

/// List your API keys
///
/// All your keys, at most 100.
#[utoipa::path(
    tag = "users",
    responses((status = 200, description = "The keys.", body = ApiKeyListBody)),
    security(("bearer" = [])),
)]
#[get("/jan/auth/api-keys")]
pub(crate) async fn list_api_keys(
    Authenticated(actor): Authenticated,
    keys: web::Data<KeyService>,
) -> Result<HttpResponse, ApiError> {
    let list = KeyList {
        limit: Limit::MOST,
        order: Order::Descending,
        after: None,
    };
    let page = keys.list(actor.owner_id, list).await?;
    let items = page.data.into_iter().map(|key| ApiKeyBody::new(key, None));
    Ok(HttpResponse::Ok().json(ApiKeyListBody {
        items: items.collect(),
    }))
}

/// Revoke an API key
#[utoipa::path(
    tag = "users",
    params(("key_id" = String, Path, description = "The key's id.")),
    responses((status = 204, description = "It is revoked.")),
    security(("bearer" = [])),
)]
#[delete("/jan/auth/api-keys/{key_id}")]
pub(crate) async fn delete_api_key(
    Authenticated(actor): Authenticated,
    keys: web::Data<KeyService>,
    tasks: web::Data<dyn Tasks>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = KeyId::parse(&id)?;
    to_its_end(tasks.as_ref(), async move { keys.revoke(actor, id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}
