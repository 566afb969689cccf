use super::ApiKeyListBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::list::{OrderParam, unknown_cursor};
use actix_web::{HttpResponse, web};
use domain::auth::{ApiKey, KeyList, KeyService};
use domain::error::Error;
use domain::id::KeyId;
use domain::page::{Limit, Order};
use endpoint::get;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListApiKeysQuery {
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

impl TryFrom<ListApiKeysQuery> for KeyList {
    type Error = Error;

    fn try_from(query: ListApiKeysQuery) -> Result<Self, Error> {
        let after = query.after.map(|after| KeyId::parse(&after)).transpose();
        Ok(Self {
            limit: Limit::parse(query.limit)?,
            order: query.order.map_or(Order::Descending, Order::from),
            after: after.map_err(|_| unknown_cursor("after"))?,
        })
    }
}

/// List your API keys
///
/// A page of keys without their secrets, newest first by default. Expired keys stay until you
/// revoke them.
#[utoipa::path(
    tag = "auth",
    params(ListApiKeysQuery),
    responses((status = 200, description = "A page of keys.", body = ApiKeyListBody)),
    extensions(
        ("x-error-codes" = json!(["invalid_cursor"])),
        ("x-example" = json!({
        "data": [{ "expires_at": "2026-01-22T10:00:00.000000Z" }],
    })),
    ),
    security(("bearer" = [])),
)]
#[get("/auth/api-keys")]
pub(crate) async fn list_api_keys(
    Authenticated(actor): Authenticated,
    keys: web::Data<KeyService>,
    Query(query): Query<ListApiKeysQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = keys.list(actor.owner_id, query.try_into()?).await?;
    let cursor = |last: &ApiKey| last.id.to_string();
    Ok(HttpResponse::Ok().json(ApiKeyListBody::new(page, cursor)))
}
