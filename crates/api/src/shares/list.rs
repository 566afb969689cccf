use super::{ShareBody, ShareListBody};
use crate::browsers::PublicUrl;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::list::OrderParam;
use actix_web::{HttpResponse, web};
use domain::error::Error;
use domain::id::ConversationId;
use domain::page::{Limit, Order, Page};
use domain::shares::{ListShares, Share, ShareService, ShareState};
use endpoint::get;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSharesQuery {
    /// How many per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// The `next_after` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// `desc`, newest first, by default.
    #[param(inline)]
    order: Option<OrderParam>,
    /// Only links in this state. One that was revoked after it expired counts as revoked.
    #[param(inline)]
    state: Option<StateParam>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StateParam {
    Active,
    Expired,
    Revoked,
}

impl ListSharesQuery {
    /// The domain's list; of one conversation, where the address names one.
    pub(crate) fn list(self, conversation: Option<ConversationId>) -> Result<ListShares, Error> {
        Ok(ListShares {
            conversation,
            state: self.state.map(|state| match state {
                StateParam::Active => ShareState::Active,
                StateParam::Expired => ShareState::Expired,
                StateParam::Revoked => ShareState::Revoked,
            }),
            limit: Limit::parse(self.limit)?,
            order: self.order.map_or(Order::Descending, Order::from),
            after: self.after,
        })
    }
}

/// A page of links as its owner sees it.
pub(crate) fn body(page: Page<Share>, public: &PublicUrl) -> ShareListBody {
    let data = page.data.iter().map(|share| ShareBody::new(share, public));
    let page = Page {
        data: data.collect::<Vec<_>>(),
        has_more: page.has_more,
    };
    ShareListBody::new(page, |last| last.share_id.clone())
}

/// List your links
///
/// A page of the links you made, newest first by default. Links that ended are listed for 30 days
/// more; those of a deleted conversation go with it.
#[utoipa::path(
    tag = "shares",
    params(ListSharesQuery),
    responses((status = 200, description = "A page of links.", body = ShareListBody)),
    extensions(
        ("x-error-codes" = json!(["invalid_cursor"])),
        ("x-example" = json!({
        "data": [{ "expires_at": "2025-12-24T10:00:00.000000Z", "revoked_at": null }],
    })),
    ),
    security(("bearer" = [])),
)]
#[get("/shares")]
pub(crate) async fn list_shares(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    public: PublicUrl,
    Query(query): Query<ListSharesQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = shares.list(actor.owner_id, query.list(None)?).await?;
    Ok(HttpResponse::Ok().json(body(page, &public)))
}
