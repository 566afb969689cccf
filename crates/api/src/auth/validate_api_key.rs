//! For a gateway that checks API keys by itself, as Kong does with Jan's plugin `keycloak-apikey`: not
//! part of the description, and only for trusted proxies.

use crate::address::Table;
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::extract::{Body, CREDENTIALS, WireBody, comes_from_a_proxy};
use crate::methods::{Methods, no_route};
use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, web};
use domain::auth::{AccountService, AuthService, Email, KeyService};
use endpoint::{get, post};
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};

/// The key of a caller of the gateway. Other fields are ignored, as by the service that this one
/// replaces.
#[derive(Deserialize)]
pub(crate) struct KeyBody {
    api_key: String,
}

impl WireBody for KeyBody {
    const LIMIT: usize = CREDENTIALS;
}

/// The holder of the key, in the words of that plugin.
#[derive(Serialize)]
struct ValidatedBody {
    user_id: String,
    subject: String,
    username: String,
    email: String,
}

#[post("/auth/validate-api-key")]
pub(crate) async fn validate_api_key(
    request: HttpRequest,
    methods: web::Data<Table<Methods>>,
    client: ClientAddress,
    holders: Holders,
    body: Result<Body<KeyBody>, ApiError>,
) -> Result<HttpResponse, Error> {
    if !is_a_gateways_own(&request) {
        return no_route(request, methods).await;
    }
    let Body(body, _) = body?;
    Ok(holders.answer(&body.api_key, client).await?)
}

#[get("/auth/validate-api-key")]
pub(crate) async fn validate_api_key_of_header(
    request: HttpRequest,
    methods: web::Data<Table<Methods>>,
    client: ClientAddress,
    holders: Holders,
) -> Result<HttpResponse, Error> {
    if !is_a_gateways_own(&request) {
        return no_route(request, methods).await;
    }
    let key = request.headers().get("x-api-key");
    let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
    Ok(holders.answer(key.trim(), client).await?)
}

/// Whether a gateway asks for itself. A request that it passes on for a client comes over the same
/// connection, but has a header that names the client.
fn is_a_gateways_own(request: &HttpRequest) -> bool {
    let forwarded = ["x-forwarded-for", "forwarded", "x-real-ip"];
    let is_passed_on = forwarded
        .iter()
        .any(|name| request.headers().contains_key(*name));
    comes_from_a_proxy(request) && !is_passed_on
}

/// Finds the holders of keys.
pub(crate) struct Holders {
    keys: web::Data<KeyService>,
    accounts: web::Data<AccountService>,
    auth: web::Data<AuthService>,
}

impl FromRequest for Holders {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let keys = web::Data::from_request(request, payload).into_inner();
        let accounts = web::Data::from_request(request, payload).into_inner();
        let auth = web::Data::from_request(request, payload).into_inner();
        let all = || {
            Ok(Self {
                keys: keys?,
                accounts: accounts?,
                auth: auth?,
            })
        };
        ready(all())
    }
}

impl Holders {
    async fn answer(&self, key: &str, client: ClientAddress) -> Result<HttpResponse, ApiError> {
        let actor = self.keys.holder(key, client.origin()).await?;
        let user = self.accounts.me(actor).await?;
        let validated = self.auth.validated(actor, user);
        let email = validated.user.email.clone();
        Ok(HttpResponse::Ok().json(ValidatedBody {
            user_id: validated.owner.to_string(),
            username: validated.username(),
            email: email.map(Email::into_string).unwrap_or_default(),
            subject: validated.subject,
        }))
    }
}
