use crate::error::ApiError;
use crate::request::Caller;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web};
use domain::auth::{Actor, AuthService};
use domain::error::{Error, Unauthenticated};
use std::future::{Ready, ready};

/// The caller, proven by a bearer token. A handler cannot tell credentials apart; new kinds are
/// added in [`AuthService::authenticate`].
pub(crate) struct Authenticated(pub(crate) Actor);

impl FromRequest for Authenticated {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request).map(Self).map_err(ApiError::from))
    }
}

fn authenticate(request: &HttpRequest) -> Result<Actor, Error> {
    let token = bearer(request)?;
    let service = request
        .app_data::<web::Data<AuthService>>()
        .ok_or_else(|| Error::Internal("no AuthService is wired".into()))?;
    let actor = service.authenticate(token)?;
    request.extensions_mut().insert(Caller(actor.owner_id));
    Ok(actor)
}

/// The token of the one `Authorization` header. Two of them are refused: which one counts would be
/// anybody's guess.
fn bearer(request: &HttpRequest) -> Result<&str, Error> {
    const INVALID: Error = Error::Unauthenticated(Unauthenticated::Invalid);
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let header = headers
        .next()
        .ok_or(Error::Unauthenticated(Unauthenticated::Missing))?;
    if headers.next().is_some() {
        return Err(INVALID);
    }
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|h| h.split_once(' '))
        .ok_or(INVALID)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(INVALID);
    }
    Ok(token.trim())
}
