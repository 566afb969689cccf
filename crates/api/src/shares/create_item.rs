use super::{ShareBody, lifetime, path};
use crate::browsers::PublicUrl;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody, whole};
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use domain::id::{ConversationId, ItemId};
use domain::shares::{NewLink, ShareService};
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// The settings of a link to a message. Every field is optional, and so is the body.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ShareItemRequest)]
pub(crate) struct ShareItemBody {
    /// Seconds from now until it ends; absent: it does not end by itself.
    #[schema(minimum = 60, maximum = 31_536_000, example = 3_600)]
    #[serde(default, deserialize_with = "whole")]
    expires_in: Option<i64>,
    /// `true` also shows the messages before it.
    #[schema(default = false, example = true)]
    include_context: Option<bool>,
    /// A link to a message is always read-only: `true`, or absent.
    #[schema(example = true)]
    read_only: Option<bool>,
}

impl WireBody for ShareItemBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Share a message
///
/// Makes a link that shows one message, or everything up to that message, to everyone with the
/// link. Only messages of users and assistants can be shared.
#[utoipa::path(
    tag = "shares",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ("item_id" = String, Path, description = "The message's id.",
            example = "item_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
    ),
    request_body(content = Option<ShareItemBody>, examples(
        ("context" = (summary = "For an hour, with the messages before it", value = json!({
            "expires_in": 3_600, "include_context": true,
        }))),
    )),
    responses((status = 201, description = "The link.", body = ShareBody,
        headers(("Location", description = "The shared conversation.")))),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded"])),
        ("x-example" = json!({
        "share_id": "msg_share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc",
        "url": "http://localhost:8000/conversations/share/msg_share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc",
        "item_id": "item_01JFQ2M8X3C4V5B6N7M8K9J0HG", "include_context": true,
        "expires_at": "2025-12-23T11:00:00.000000Z", "revoked_at": null, "view_count": 0,
    })),
    ),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/items/{item_id}/share")]
pub(crate) async fn share_item(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    public: PublicUrl,
    path_of: web::Path<(String, String)>,
    Body(body, _): Body<ShareItemBody>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, item) = path_of.into_inner();
    let conversation = ConversationId::parse(&conversation)?;
    let link = NewLink::to_message(ItemId::parse(&item)?, body.include_context, body.read_only)?;
    let lifetime = lifetime(body.expires_in)?;
    let share = shares
        .create(actor.owner_id, conversation, link, lifetime)
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, path(share.share_id.as_str())))
        .json(ShareBody::new(&share, &public)))
}
