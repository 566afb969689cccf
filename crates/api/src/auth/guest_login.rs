use super::SignedInBody;
use crate::client_address::ClientAddress;
use crate::detached::to_its_end;
use crate::error::ApiError;
use crate::extract::{Body, CREDENTIALS, WireBody};
use actix_web::{HttpResponse, web};
use domain::auth::AuthService;
use domain::tasks::Tasks;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A guest needs no data; the body may be absent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GuestLoginRequest)]
pub(crate) struct GuestLoginBody {}

impl WireBody for GuestLoginBody {
    const LIMIT: usize = CREDENTIALS;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Become a guest
///
/// Makes a new user without a name or password, and signs in. Keep the refresh token: without it,
/// you cannot sign in again.
#[utoipa::path(
    tag = "auth",
    request_body(content = Option<GuestLoginBody>, examples(
        ("guest" = (summary = "No fields", value = json!({}))),
    )),
    responses((status = 201, description = "A new guest, signed in.", body = SignedInBody)),
    extensions(
        ("x-error-codes" = json!(["guest_login_disabled", "rate_limited"])),
        ("x-example" = json!({
            "user": { "kind": "guest", "email": null, "name": null, "is_guest": true },
        })),
    ),
    security(()),
)]
#[post("/auth/guest-login")]
pub(crate) async fn guest_login(
    auth: web::Data<AuthService>,
    tasks: web::Data<dyn Tasks>,
    client: ClientAddress,
    Body(GuestLoginBody {}, _): Body<GuestLoginBody>,
) -> Result<HttpResponse, ApiError> {
    let origin = client.origin();
    let session = to_its_end(
        tasks.as_ref(),
        async move { auth.guest_login(origin).await },
    )
    .await?;
    Ok(HttpResponse::Created().json(SignedInBody::from(session)))
}
