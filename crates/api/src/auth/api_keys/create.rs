use super::ApiKeyBody;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, CREDENTIALS, WireBody, whole};
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use domain::auth::{CreateKey, KeyLifetime, KeyService, Name};
use domain::error::Error;
use domain::tasks::Tasks;
use endpoint::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A new API key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateApiKeyRequest)]
pub(crate) struct CreateApiKeyBody {
    /// The purpose of the key: 1 to 120 characters after trimming, at least one of them
    /// visible.
    #[schema(
        min_length = 1,
        max_length = 120,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "My notebook"
    )]
    name: String,
    /// The lifetime in seconds, a minute to a year; without it, the key does not expire.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 60, maximum = 31_536_000, example = 2_592_000)]
    expires_in: Option<i64>,
}

impl WireBody for CreateApiKeyBody {
    const LIMIT: usize = CREDENTIALS;
}

impl TryFrom<CreateApiKeyBody> for CreateKey {
    type Error = Error;

    fn try_from(body: CreateApiKeyBody) -> Result<Self, Error> {
        Ok(Self {
            name: Name::parse(&body.name)?,
            lifetime: body.expires_in.map(KeyLifetime::parse).transpose()?,
        })
    }
}

/// A new API key with its secret. Only this answer contains the secret.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedApiKey)]
pub(crate) struct NewApiKeyBody {
    /// The key. Keep it secret: it cannot be shown again.
    #[schema(example = "sk_2rXbQ0a7cJ9n4kVfLw8sZpYtG3mHdE6uTiRoKjN9xQz")]
    key: String,
    #[serde(flatten)]
    about: ApiKeyBody,
}

/// Make an API key
///
/// Makes a key for a program. The key may do everything that you may do, except make or revoke
/// keys, upgrade or remove you. Send it as `Authorization: Bearer sk_…` or as `X-API-Key`. You may
/// have 100 keys; expired ones count until you revoke them.
#[utoipa::path(
    tag = "auth",
    request_body(content = CreateApiKeyBody, examples(
        ("notebook" = (summary = "A key for a month", value = json!({
            "name": "My notebook", "expires_in": 2_592_000,
        }))),
    )),
    responses((status = 201, description = "The key; its secret is shown this once.",
        body = NewApiKeyBody)),
    extensions(
        ("x-error-codes" = json!(["api_key_not_allowed", "api_keys_full"])),
        ("x-example" = json!({ "expires_at": "2026-01-22T10:00:00.000000Z" })),
    ),
    security(("bearer" = [])),
)]
#[post("/auth/api-keys")]
pub(crate) async fn create_api_key(
    Authenticated(actor): Authenticated,
    keys: web::Data<KeyService>,
    tasks: web::Data<dyn Tasks>,
    Body(body, _): Body<CreateApiKeyBody>,
) -> Result<HttpResponse, ApiError> {
    let request = body.try_into()?;
    let work = async move { keys.create(actor, request).await };
    let (key, secret) = to_its_end(tasks.as_ref(), work).await?;
    let about = ApiKeyBody::from(key);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, "/auth/api-keys"))
        .json(NewApiKeyBody {
            key: secret.0,
            about,
        }))
}
