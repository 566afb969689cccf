use super::{SeenSession, SessionListBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::list::{OrderParam, unknown_cursor};
use actix_web::{HttpResponse, web};
use domain::auth::{AuthService, SessionList};
use domain::error::Error;
use domain::id::SessionId;
use domain::page::{Limit, Order, Page};
use endpoint::get;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSessionsQuery {
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// The `next_after` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// `desc`, newest first, by default.
    #[param(inline)]
    order: Option<OrderParam>,
}

impl TryFrom<ListSessionsQuery> for SessionList {
    type Error = Error;

    fn try_from(query: ListSessionsQuery) -> Result<Self, Error> {
        let after = query.after.map(|after| SessionId::parse(&after));
        Ok(Self {
            limit: Limit::parse(query.limit)?,
            order: query.order.map_or(Order::Descending, Order::from),
            after: after.transpose().map_err(|_| unknown_cursor("after"))?,
        })
    }
}

/// List your sessions
///
/// A page of the sessions that can continue, newest first by default. A session ends when it has
/// not been refreshed for 30 days, when it is signed out, or when its owner ends it here.
#[utoipa::path(
    tag = "auth",
    params(ListSessionsQuery),
    responses((status = 200, description = "A page of sessions.", body = SessionListBody)),
    extensions(
        ("x-error-codes" = json!(["invalid_cursor", "api_key_not_allowed"])),
        ("x-example" = json!({ "data": [{ "current": true }] })),
    ),
    security(("bearer" = [])),
)]
#[get("/auth/sessions")]
pub(crate) async fn list_sessions(
    Authenticated(actor): Authenticated,
    auth: web::Data<AuthService>,
    Query(query): Query<ListSessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    actor.person()?;
    let (page, current) = auth.list_sessions(actor, query.try_into()?).await?;
    let seen = |session| SeenSession { session, current };
    let page = Page {
        data: page.data.into_iter().map(seen).collect(),
        has_more: page.has_more,
    };
    let cursor = |last: &SeenSession| last.session.id.to_string();
    Ok(HttpResponse::Ok().json(SessionListBody::new(page, cursor)))
}
