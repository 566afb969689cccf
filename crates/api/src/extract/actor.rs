use super::gateway;
use crate::caller::KnownCaller;
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::memory::{ANSWER, try_take_memory};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web};
use domain::auth::{
    Actor, AuthService, Credential, ExternalProfile, KeyService, NamedCaller, Recognised,
};
use domain::error::{Error, Unauthenticated};
use futures_util::future::{Either, FutureExt as _, LocalBoxFuture};
use std::future::{Ready, ready};
use std::rc::Rc;
use tokio::sync::Notify;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const INVALID: Error = Error::Unauthenticated(Unauthenticated::Invalid);
const NOT_BEARER: Error = Error::Unauthenticated(Unauthenticated::NotBearer);
const SEVERAL: Error = Error::Unauthenticated(Unauthenticated::Several);

/// The prefix of refresh tokens, which are not credentials here.
const REFRESH_TOKEN: &str = "rt_";

/// The prefix of keys of OpenAI and similar services.
const FOREIGN_KEY: &str = "sk-";

/// The caller, proven by an access token or an API key. Handlers do not distinguish the two, unless
/// they read [`Actor::credential`].
pub(crate) struct Authenticated(pub(crate) Actor);

type Answer = Result<Authenticated, ApiError>;

impl FromRequest for Authenticated {
    type Error = ApiError;
    /// An access token is checked immediately; a key may need the database.
    type Future = Either<Ready<Answer>, LocalBoxFuture<'static, Answer>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        match by_gateway(request) {
            Ok(None) => {}
            Ok(Some(said)) => return said_by_gateway(request, said),
            Err(error) => return Either::Left(ready(Err(error.into()))),
        }
        let presented = match Presented::of(request.headers()) {
            Ok(presented) => presented,
            Err(error) => return Either::Left(ready(Err(error.into()))),
        };
        match presented {
            Presented::AccessToken(token) => {
                let recognised =
                    service::<AuthService>(request).and_then(|service| service.authenticate(token));
                match recognised.transpose() {
                    Some(recognised) => without_database(request, recognised),
                    None => {
                        let token = token.to_owned();
                        later(request, async move |request| {
                            let service = service::<AuthService>(&request)?;
                            service.authenticate_later(&token).await
                        })
                    }
                }
            }
            Presented::ApiKey(key) => {
                let key = key.to_owned();
                later(request, async move |request| {
                    check_key(&request, &key).await.map(Recognised::from)
                })
            }
        }
    }
}

/// The caller, as a gateway names them.
fn by_gateway(request: &HttpRequest) -> Result<Option<NamedCaller>, Error> {
    if !gateway::speaks(request) {
        return Ok(None);
    }
    let service = service::<AuthService>(request)?;
    Ok(gateway::said(request, &service))
}

fn said_by_gateway(
    request: &HttpRequest,
    said: NamedCaller,
) -> Either<Ready<Answer>, LocalBoxFuture<'static, Answer>> {
    let recognised =
        service::<AuthService>(request).and_then(|service| service.recognise_said(&said));
    match recognised.transpose() {
        Some(recognised) => without_database(request, recognised),
        None => later(request, async move |request| {
            service::<AuthService>(&request)?
                .recognise_later(&said)
                .await
        }),
    }
}

fn without_database(
    request: &HttpRequest,
    recognised: Result<Recognised, Error>,
) -> Either<Ready<Answer>, LocalBoxFuture<'static, Answer>> {
    match accept(request, recognised) {
        Err(error) => Either::Left(ready(Err(error))),
        Ok(accepted) => admit(request, accepted),
    }
}

/// Checks a credential that needs the database or an issuer.
fn later(
    request: &HttpRequest,
    check: impl AsyncFnOnce(HttpRequest) -> Result<Recognised, Error> + 'static,
) -> Either<Ready<Answer>, LocalBoxFuture<'static, Answer>> {
    let proving = Proving::default();
    request.extensions_mut().insert(proving.clone());
    let request = request.clone();
    let check = async move {
        let accepted = accept(&request, check(request.clone()).await)?;
        request.extensions_mut().remove::<Proving>();
        proving.0.notify_waiters();
        admit(&request, accepted).await
    };
    Either::Right(check.boxed_local())
}

/// Admits a caller. An answer that only reads takes its memory before any work is done.
fn admit(
    request: &HttpRequest,
    accepted: Authenticated,
) -> Either<Ready<Answer>, LocalBoxFuture<'static, Answer>> {
    let reads = request.method() == Method::GET;
    match reads.then(|| try_take_memory(request, ANSWER)) {
        None | Some(Ok(())) => Either::Left(ready(Ok(accepted))),
        Some(Err(waiting)) => {
            Either::Right(async move { waiting.done().await.map(|()| accepted) }.boxed_local())
        }
    }
}

/// Marks a request whose credential is being checked.
#[derive(Clone, Default)]
struct Proving(Rc<Notify>);

/// Waits while the credential of the request is being checked. If the credential is bad, the
/// request has its answer before this returns.
pub(crate) async fn proven(request: &HttpRequest) {
    loop {
        let proving = request.extensions().get::<Proving>().cloned();
        match proving {
            Some(Proving(known)) => known.notified().await,
            None => return,
        }
    }
}

async fn check_key(request: &HttpRequest, key: &str) -> Result<Actor, Error> {
    let client = request.extensions().get().copied();
    let origin = client.unwrap_or(ClientAddress(None)).origin();
    let service = service::<KeyService>(request)?;
    service.authenticate(key, origin).await
}

fn service<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>, Error> {
    let service = request.app_data::<web::Data<T>>().cloned();
    service.ok_or_else(|| Error::Internal("a service of identity is not wired".into()))
}

fn accept(request: &HttpRequest, recognised: Result<Recognised, Error>) -> Answer {
    let Recognised { actor, profile } = recognised?;
    let mut extensions = request.extensions_mut();
    extensions.insert(KnownCaller {
        owner: actor.owner_id,
        by_key: actor.credential == Credential::ApiKey,
    });
    if let Some(profile) = profile {
        extensions.insert(profile);
    }
    Ok(Authenticated(actor))
}

/// The caller's profile from the token of an external issuer.
pub(crate) fn profile(request: &HttpRequest) -> Option<ExternalProfile> {
    request.extensions().get().cloned()
}

/// The credential that the caller sent.
#[derive(Debug, PartialEq, Eq)]
enum Presented<'a> {
    AccessToken(&'a str),
    ApiKey(&'a str),
}

impl<'a> Presented<'a> {
    /// The only credential of a request. Two different ones are refused, of any kind, since it
    /// would be unclear which one counts. The same one may be sent twice: some generated clients
    /// send it in every header that the document names.
    fn of(headers: &'a HeaderMap) -> Result<Self, Error> {
        let key = sole(headers, &API_KEY)?;
        // A value that is not text is not a key.
        let key = key.map(|key| key.to_str().unwrap_or_default().trim());
        let Some(header) = sole(headers, &AUTHORIZATION)? else {
            let key = key.ok_or(Error::Unauthenticated(Unauthenticated::Missing))?;
            return match AuthService::looks_like_access_token(key) {
                true => Err(Error::Unauthenticated(Unauthenticated::AccessTokenAsKey)),
                false => Ok(Self::ApiKey(key)),
            };
        };
        let text = header.to_str().map_err(|_| INVALID)?;
        let (scheme, token) = text.split_once(' ').ok_or(NOT_BEARER)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(NOT_BEARER);
        }
        let token = token.trim();
        if key.is_some_and(|key| key != token) {
            return Err(SEVERAL);
        }
        if token.starts_with(REFRESH_TOKEN) {
            return Err(Error::Unauthenticated(
                Unauthenticated::RefreshTokenAsAccess,
            ));
        }
        if token.starts_with(FOREIGN_KEY) {
            return Err(Error::Unauthenticated(Unauthenticated::ForeignKey));
        }
        Ok(match token.starts_with(KeyService::PREFIX) {
            true => Self::ApiKey(token),
            false => Self::AccessToken(token),
        })
    }
}

/// A header that is sent at most once; `None` where it is not sent.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Error> {
    let mut sent = headers.get_all(name);
    let first = sent.next();
    match sent.next() {
        None => Ok(first),
        Some(_) => Err(SEVERAL),
    }
}
