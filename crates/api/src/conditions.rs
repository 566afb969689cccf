//! Refuses a change that names a state (`If-Match`) where changes cannot depend on one: otherwise
//! the change might be made in a state that the client did not name.

use crate::address::{AddressTemplate, Table};
use crate::error::{ApiError, code};
use crate::face::Face;
use crate::openapi::is_conditional;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::middleware::Next;
use actix_web::web;
use utoipa::openapi::OpenApi;

/// All changes, and whether each can be made only in the state that `If-Match` names.
pub struct Conditions(Vec<(AddressTemplate, Method, bool)>);

impl Conditions {
    /// The changes of the document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let changes = document.paths.paths.iter().flat_map(|(path, item)| {
            let methods = [
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            methods.into_iter().filter_map(move |(method, operation)| {
                let takes = is_conditional(operation.as_ref()?);
                Some((AddressTemplate::new(path), method, takes))
            })
        });
        Self(changes.collect())
    }

    /// Whether the change takes `If-Match`. `None`: this is not a change of the service, and the request
    /// gets its usual answer, such as 404 or 405.
    fn takes(&self, method: &Method, path: &str) -> Option<bool> {
        let mut changes = self.0.iter();
        let change = changes.find(|(address, one, _)| one == method && address.is_match(path));
        match change {
            Some((_, _, takes)) => Some(*takes),
            // The other faces are not in the document. Their changes do not take conditions.
            None => (Face::of(path).is_apart() && CHANGES.contains(method)).then_some(false),
        }
    }
}

const CHANGES: [Method; 4] = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Refuses conditions on changes that do not take them.
///
/// # Errors
/// None: a refusal is an answer.
pub async fn check_conditions(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match refused(&request) {
        Some(error) => Ok(request.error_response(error).map_into_boxed_body()),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

fn refused(request: &ServiceRequest) -> Option<ApiError> {
    let headers = request.headers();
    let is_new = headers.contains_key(IF_NONE_MATCH);
    if !is_new && !headers.contains_key(IF_MATCH) {
        return None;
    }
    let conditions = request.app_data::<web::Data<Table<Conditions>>>()?;
    let takes = conditions.takes(request.method(), request.match_info().as_str())?;
    let (name, message) = match is_new {
        true => (
            "If-None-Match",
            "If-None-Match is for GET. This change was not made.",
        ),
        false if takes => return None,
        false => (
            "If-Match",
            "This request does not take If-Match. It was not carried out.",
        ),
    };
    Some(ApiError::new(code::INVALID_REQUEST, message).param(name))
}
