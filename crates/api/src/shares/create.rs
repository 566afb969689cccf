use super::{ShareBody, lifetime, path};
use crate::browsers::PublicUrl;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody, whole};
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use domain::id::ConversationId;
use domain::shares::{NewLink, ShareService};
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// The settings of a link to a conversation. Every field is optional, and so is the body.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ShareConversationRequest)]
pub(crate) struct ShareConversationBody {
    /// Seconds from now until it ends; absent: it does not end by itself.
    #[schema(minimum = 60, maximum = 31_536_000, example = 86_400)]
    #[serde(default, deserialize_with = "whole")]
    expires_in: Option<i64>,
    /// `false` lets signed-in people with the link add messages.
    #[schema(default = true, example = true)]
    read_only: Option<bool>,
    /// `true` also shows later messages. A writable link always does.
    #[schema(example = false)]
    live: Option<bool>,
}

impl WireBody for ShareConversationBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Share a conversation
///
/// Makes a link that shows the conversation to everyone with the link, with its present title and
/// messages. Later messages stay private unless the link is `live`. Edits show, deleted messages
/// vanish. Only messages of users and assistants are shown.
#[utoipa::path(
    tag = "shares",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    request_body(content = Option<ShareConversationBody>, examples(
        ("writable" = (summary = "Others may add messages", value = json!({
            "read_only": false,
        }))),
        ("day" = (summary = "For a day", value = json!({
            "expires_in": 86_400, "read_only": true,
        }))),
    )),
    responses((status = 201, description = "The link.", body = ShareBody,
        headers(("Location", description = "The shared conversation.")))),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded"])),
        ("x-example" = json!({
        "expires_at": "2025-12-24T10:00:00.000000Z", "revoked_at": null, "view_count": 0,
    })),
    ),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/share")]
pub(crate) async fn share_conversation(
    Authenticated(actor): Authenticated,
    shares: web::Data<ShareService>,
    public: PublicUrl,
    conversation: web::Path<String>,
    Body(body, _): Body<ShareConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    let link = NewLink::to_conversation(body.read_only, body.live)?;
    let lifetime = lifetime(body.expires_in)?;
    let share = shares
        .create(actor.owner_id, conversation, link, lifetime)
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, path(share.share_id.as_str())))
        .json(ShareBody::new(&share, &public)))
}
