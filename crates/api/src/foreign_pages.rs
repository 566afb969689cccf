//! Refuses requests for foreign hosts, and those that may come from pages of other sites.

use crate::browsers::{Browsers, HEALTH};
use crate::error::{ApiError, code};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

/// Wraps everything except [`crate::request::around_request`].
///
/// # Errors
/// The errors of the wrapped service.
pub async fn refuse_foreign_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let refusal = match request.app_data::<web::Data<Browsers>>() {
        Some(browsers) => refusal(browsers, &request),
        None => Some(ApiError::new(
            code::INTERNAL_ERROR,
            code::INTERNAL_ERROR.meaning,
        )),
    };
    match refusal {
        Some(refusal) => Ok(request.error_response(refusal).map_into_boxed_body()),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn refusal(browsers: &Browsers, request: &ServiceRequest) -> Option<ApiError> {
    if HEALTH.contains(&request.path()) {
        return None;
    }
    let head = request.head();
    if !browsers.answers(head) {
        let message = "This server does not answer to the host that the request names. Use \
                       localhost, or have its operator add the host to ALLOWED_HOSTS.";
        return Some(ApiError::new(code::HOST_NOT_ALLOWED, message));
    }
    if browsers.refuse(head) {
        let message = "Pages of this origin may not call this server. Its operator can add the \
                       origin to CORS_ALLOWED_ORIGINS.";
        return Some(ApiError::new(code::ORIGIN_NOT_ALLOWED, message));
    }
    None
}
