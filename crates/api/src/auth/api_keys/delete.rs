use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::auth::KeyService;
use domain::id::KeyId;
use domain::tasks::Tasks;
use endpoint::delete;

/// Revoke an API key
///
/// Ends a key, within 30 seconds for every instance of the service.
#[utoipa::path(
    tag = "auth",
    params(("key_id" = String, Path, description = "The key's id, which is not its secret.",
        example = "key_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    responses((status = 204, description = "It is revoked.")),
    extensions(("x-error-codes" = json!(["api_key_not_allowed"]))),
    security(("bearer" = [])),
)]
#[delete("/auth/api-keys/{key_id}")]
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
