//! Changes that depend on a state, where they can: others are refused, since a client that names a
//! state must not find its change made in another.

use crate::error::{ApiError, code};
use crate::openapi::is_conditional;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::middleware::Next;
use actix_web::web;
use utoipa::openapi::OpenApi;

/// The changes that are made only in the state that `If-Match` names.
pub struct Conditions(Vec<(ResourceDef, Method)>);

impl Conditions {
    /// Those of the document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let changes = document.paths.paths.iter().flat_map(|(path, item)| {
            let methods = [
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            let conditional = methods
                .into_iter()
                .filter(|(_, operation)| operation.as_ref().is_some_and(is_conditional));
            conditional.map(move |(method, _)| (ResourceDef::new(path.as_str()), method))
        });
        Self(changes.collect())
    }

    fn takes(&self, method: &Method, path: &str) -> bool {
        let mut changes = self.0.iter();
        changes.any(|(address, change)| change == method && address.is_match(path))
    }
}

/// Refuses conditions on changes that have none.
///
/// # Errors
/// None: a refusal is an answer.
pub async fn refuse(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match refused(&request) {
        Some(error) => Ok(request.error_response(error).map_into_boxed_body()),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn refused(request: &ServiceRequest) -> Option<ApiError> {
    let method = request.method();
    if *method == Method::GET {
        return None;
    }
    let headers = request.headers();
    let (name, message) = if headers.contains_key(IF_NONE_MATCH) {
        let message =
            "A change takes no If-None-Match: the header is for GET. Nothing was changed.";
        ("If-None-Match", message)
    } else if headers.contains_key(IF_MATCH) {
        let conditions = request.app_data::<web::Data<Conditions>>()?;
        if conditions.takes(method, request.match_info().as_str()) {
            return None;
        }
        let message = "This request takes no If-Match, so it would be done in any state. Nothing was changed.";
        ("If-Match", message)
    } else {
        return None;
    };
    Some(ApiError::new(code::INVALID_REQUEST, message).param(name))
}
