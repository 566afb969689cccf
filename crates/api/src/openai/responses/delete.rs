use super::mistakes::id;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::openai::query::{Nothing, OpenAiQuery};
use actix_web::{HttpResponse, web};
use domain::responses::ResponseService;
use endpoint::delete;
use serde_json::json;

/// Delete a response
///
/// The items in its conversation stay. Responses that continue it stay.
#[utoipa::path(
    params(("response_id" = String, Path)),
    responses((status = 200, description = "It is deleted.")),
    security(("bearer" = [])),
)]
#[delete("/responses/{response_id}")]
pub(crate) async fn delete_response(
    Authenticated(actor): Authenticated,
    responses: web::Data<ResponseService>,
    path: web::Path<String>,
    _: OpenAiQuery<Nothing>,
) -> Result<HttpResponse, ApiError> {
    let id = id(&path)?;
    responses.delete(actor.owner_id, id).await?;
    let deleted = json!({ "id": id.to_string(), "object": "response", "deleted": true });
    Ok(HttpResponse::Ok().json(deleted))
}
