use super::ShareBody;
use crate::browsers::PublicUrl;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::jan::query::{ListQuery, PageParams};
use actix_web::{HttpResponse, web};
use domain::error::{Error, InvalidReason};
use domain::id::{ConversationId, OwnerId};
use domain::page::Order;
use domain::shares::{ListShares, ShareService, ShareState};
use endpoint::get;
use serde::Serialize;
use utoipa::ToSchema;

/// Links.
#[derive(Serialize, ToSchema)]
#[schema(as = JanShareList)]
struct ShareListBody {
    object: &'static str,
    data: Vec<ShareBody>,
    first_id: String,
    last_id: String,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List your links
#[utoipa::path(
    tag = "shares",
    params(
        PageParams,
        ("include_revoked" = Option<String>, Query, description = "`false`: only active ones."),
    ),
    responses((status = 200, description = "A page.", body = ShareListBody)),
    security(("bearer" = [])),
)]
#[get("/shares")]
pub(crate) async fn list_shares(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    public: PublicUrl,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    list(&shares, actor.owner_id, None, &query, &public).await
}

/// List the links of a conversation
#[utoipa::path(
    tag = "shares",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id."),
        PageParams,
        ("include_revoked" = Option<String>, Query, description = "`false`: only active ones."),
    ),
    responses((status = 200, description = "A page.", body = ShareListBody)),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/shares")]
pub(crate) async fn list_conversation_shares(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    public: PublicUrl,
    conversation: web::Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    list(&shares, actor.owner_id, Some(conversation), &query, &public).await
}

async fn list(
    shares: &ShareService,
    owner: OwnerId,
    conversation: Option<ConversationId>,
    query: &ListQuery,
    public: &PublicUrl,
) -> Result<HttpResponse, ApiError> {
    let list = ListShares {
        conversation,
        state: (!query.shows_revoked()).then_some(ShareState::Active),
        limit: query.limit()?,
        order: query.order(Order::Descending)?,
        after: query.after(|raw| Ok(raw.to_owned()))?,
    };
    let page = shares.list(owner, list).await;
    let page = page.map_err(|error| match error {
        Error::Invalid(invalid) if invalid.reason == InvalidReason::Cursor => {
            query.unknown_cursor()
        }
        other => other,
    })?;
    let id = |share: Option<&domain::shares::Share>| {
        share.map_or(String::new(), |share| share.share_id.as_str().to_owned())
    };
    let data = page.data.iter().map(|share| ShareBody::new(share, public));
    Ok(HttpResponse::Ok().json(ShareListBody {
        object: "list",
        data: data.collect(),
        first_id: id(page.data.first()),
        next_cursor: page.has_more.then(|| id(page.data.last())),
        last_id: id(page.data.last()),
        has_more: page.has_more,
    }))
}
