use super::create::answered;
use super::shown::Moment;
use crate::error::ApiError;
use crate::found::service;
use actix_web::{HttpRequest, HttpResponse};
use domain::id::{OwnerId, ResponseId};
use domain::responses::ResponseService;

/// Answers a repeated request with the present response.
pub(in crate::openai) async fn again(
    request: &HttpRequest,
    owner: OwnerId,
    id: ResponseId,
) -> Result<HttpResponse, ApiError> {
    let responses = service::<ResponseService>(request)?;
    let response = responses.get(owner, id).await?;
    Ok(answered(&response, Moment::Now))
}
