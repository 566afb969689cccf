use super::SharedItemBody;
use crate::client_address::ClientAddress;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, WireBody};
use crate::shares::path;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use domain::items::Content;
use domain::shares::ShareService;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A message to add through a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateSharedItemRequest)]
pub(crate) struct NewSharedItemBody {
    /// 1 to 1,000,000 characters, kept exactly as sent.
    #[schema(
        min_length = 1,
        max_length = 1_000_000,
        example = "May I add something?"
    )]
    content: String,
}

impl WireBody for NewSharedItemBody {
    const LIMIT: usize = MESSAGES;
}

/// Add a message through a link
///
/// Adds a message of role `user` to the conversation of a writable link. At most 200 come through one
/// link. The owner sees whose they are.
#[utoipa::path(
    tag = "shares",
    params(("share_id" = String, Path, description = "The link's secret name.",
        example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc")),
    request_body(content = NewSharedItemBody, examples(
        ("question" = (summary = "A message", value = json!({
            "content": "May I add something?",
        }))),
    )),
    responses((status = 201, description = "The message, as the link shows it.",
        body = SharedItemBody, headers(("Location", description = "The page that begins with it.")))),
    extensions(("x-error-codes" = json!([
        "quota_exceeded", "share_read_only", "share_full", "conversation_full", "share_ended", "rate_limited",
    ]))),
    security(("bearer" = [])),
)]
#[post("/conversations/share/{share_id}/items")]
pub(crate) async fn create_shared_item(
    Authenticated(actor): Authenticated,
    client: ClientAddress,
    shares: web::Data<ShareService>,
    share_id: web::Path<String>,
    Body(body, _): Body<NewSharedItemBody>,
) -> Result<HttpResponse, ApiError> {
    let content = Content::parse(body.content)?;
    let item = shares
        .append(client.origin(), &share_id, actor.owner_id, content)
        .await?;
    let before = item.id.sequence().0.saturating_sub(1);
    let location = format!("{}?after=seq_{before}", path(&share_id));
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(SharedItemBody::from(item)))
}
