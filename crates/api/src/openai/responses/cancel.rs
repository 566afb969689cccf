use super::create::answered;
use super::mistakes::id;
use super::shown::Moment;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::openai::query::{Nothing, OpenAiQuery};
use crate::repeats::Once;
use actix_web::{HttpResponse, web};
use domain::responses::ResponseService;
use endpoint::post;

/// Cancel a background response
///
/// One that has ended stays as it is.
#[utoipa::path(
    params(("response_id" = String, Path)),
    responses((status = 200, description = "The response.")),
    security(("bearer" = [])),
)]
#[post("/responses/{response_id}/cancel")]
pub(crate) async fn cancel_response(
    Authenticated(actor): Authenticated,
    responses: web::Data<ResponseService>,
    path: web::Path<String>,
    _: OpenAiQuery<Nothing>,
    _: Once,
) -> Result<HttpResponse, ApiError> {
    let response = responses.cancel(actor.owner_id, id(&path)?).await?;
    Ok(answered(&response, Moment::Now))
}
