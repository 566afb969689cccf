use crate::client_address::ClientAddress;
use crate::conversations::ConversationBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::repeats::Once;
use crate::tags::tagged;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use domain::shares::ShareService;
use endpoint::post;

/// Copy what a link shows
///
/// Makes a conversation of your own from the link's title and messages, with their times. No other data
/// of the owner is copied. Later changes of the original do not change the copy, nor the reverse.
#[utoipa::path(
    tag = "shares",
    params(("share_id" = String, Path, description = "The link's secret name.",
        example = "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc")),
    responses((status = 201, description = "Your conversation, without its messages.",
        body = ConversationBody, headers(("Location", description = "Where to get it.")))),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded", "share_ended", "rate_limited"])),
        ("x-example" = json!({ "project_id": null, "metadata": {} })),
    ),
    security(("bearer" = [])),
)]
#[post("/conversations/share/{share_id}/fork")]
pub(crate) async fn fork_shared_conversation(
    Authenticated(actor): Authenticated,
    client: ClientAddress,
    shares: web::Data<ShareService>,
    share_id: web::Path<String>,
    _once: Once,
) -> Result<HttpResponse, ApiError> {
    let copy = shares
        .fork(client.origin(), &share_id, actor.owner_id)
        .await?;
    let tag = copy.tag();
    let body = ConversationBody::from(copy);
    let location = format!("/v1/conversations/{}", body.id);
    let answer = HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(body);
    Ok(tagged(answer, &tag))
}
