//! The operations that are allowed while the disk is full, because they need no space: reading,
//! deleting, and signing in for that.

use crate::address::{AddressTemplate, Table};
use crate::error::ApiError;
use crate::repeats::{self, NoRoom};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};
use domain::storage::{Room, on_reserve};
use utoipa::openapi::OpenApi;

/// Whether an operation is allowed while the disk is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The operation only reads.
    None,
    /// The operation frees space, or needs so little that the reserve is enough.
    Spared,
    /// The operation is refused.
    Room,
    /// The handler decides, since that depends on the request.
    Depends,
}

/// Operations that store something and are allowed all the same. So is every deletion. Signing in
/// and refreshing store a row; without them, people could not delete anything. Changing a stolen
/// password cannot wait, and neither can cancelling a reply or a response.
const SPARED: [(Method, &str); 9] = [
    (Method::POST, "/auth/login"),
    (Method::POST, "/auth/logout"),
    (Method::POST, "/auth/password"),
    (Method::POST, "/auth/refresh-token"),
    (Method::POST, "/jan/auth/logout"),
    (Method::POST, "/jan/auth/refresh-token"),
    (Method::POST, "/openai/v1/responses/{response_id}/cancel"),
    (Method::POST, "/v1/conversations/bulk-delete"),
    (Method::POST, "/v1/conversations/{conversation_id}/cancel"),
];

/// A chat or a response that is not stored needs no room.
const DEPENDS: [(Method, &str); 4] = [
    (Method::POST, "/v1/chat/completions"),
    (Method::POST, "/jan/v1/chat/completions"),
    (Method::POST, "/openai/v1/chat/completions"),
    (Method::POST, "/openai/v1/responses"),
];

impl Need {
    /// The need of the operation with this method and address. An operation that is not listed
    /// needs room.
    #[must_use]
    pub fn of(method: &Method, path: &str) -> Self {
        let is_in = |list: &[(Method, &str)]| {
            list.iter()
                .any(|(listed, address)| listed == method && *address == path)
        };
        if *method == Method::GET {
            Self::None
        } else if *method == Method::DELETE || is_in(&SPARED) {
            Self::Spared
        } else if is_in(&DEPENDS) {
            Self::Depends
        } else {
            Self::Room
        }
    }
}

/// The operations of the service, with their needs.
pub struct RoomNeeds(Vec<(AddressTemplate, Method, Need)>);

impl RoomNeeds {
    /// The operations in the document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let operations = document.paths.paths.iter().flat_map(|(path, item)| {
            let methods = [
                (Method::GET, item.get.is_some()),
                (Method::POST, item.post.is_some()),
                (Method::PUT, item.put.is_some()),
                (Method::PATCH, item.patch.is_some()),
                (Method::DELETE, item.delete.is_some()),
            ];
            let there = methods.into_iter().filter(|(_, is_there)| *is_there);
            there.map(move |(method, _)| {
                let need = Need::of(&method, path);
                (AddressTemplate::new(path), method, need)
            })
        });
        Self(operations.collect())
    }

    /// Adds the operations of another document.
    #[must_use]
    pub fn and(mut self, document: &OpenApi) -> Self {
        self.0.extend(Self::of(document).0);
        self
    }

    /// A request that is not an operation needs no room: other handlers answer it.
    fn find(&self, method: &Method, path: &str) -> Need {
        let mut operations = self.0.iter();
        let found =
            operations.find(|(address, listed, _)| listed == method && address.is_match(path));
        found.map_or(Need::None, |(_, _, need)| *need)
    }
}

/// Refuses operations that need room while the disk is full.
///
/// # Errors
/// None: a refusal is an answer.
pub async fn refuse_on_full_disk(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let room = request.app_data::<web::Data<dyn Room>>().cloned();
    if let Some(full) = room.filter(|room| room.is_full()) {
        let needs = request.app_data::<web::Data<Table<RoomNeeds>>>();
        let path = request.match_info().as_str();
        match needs.map_or(Need::None, |needs| needs.find(request.method(), path)) {
            Need::None => return Ok(going_on(request, next).await?.map_into_boxed_body()),
            Need::Spared => {
                full.make_way().await;
                return Ok(going_on(request, next).await?.map_into_boxed_body());
            }
            Need::Depends => {}
            Need::Room => {
                if let Err(error) = full.check() {
                    if !repeats::may_be_one(&request) {
                        let error = ApiError::from(error);
                        return Ok(request.error_response(error).map_into_boxed_body());
                    }
                    request.extensions_mut().insert(NoRoom);
                }
            }
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Handles an operation that works while the disk is full.
async fn going_on<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    on_reserve(next.call(request)).await
}
