use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use crate::items::ItemBody;
use actix_web::{HttpResponse, web};
use domain::error::Error;
use domain::id::ConversationId;
use domain::items::ItemService;
use domain::repeats::{Made, Outcome};
use domain::turns::{Over, TurnEnding, TurnService};
use endpoint::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How to end the turn; the body may be absent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CancelTurnRequest)]
pub(crate) struct CancelTurnBody {
    /// Whether to keep the question and the reply so far; `true` by default.
    #[schema(default = true, example = true)]
    keep: Option<bool>,
}

impl WireBody for CancelTurnBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// The result for the turn.
#[derive(Serialize, ToSchema)]
#[schema(as = CancelledTurn)]
pub(crate) struct CancelledTurnBody {
    /// `false`: no turn was being answered, or it ended before the cancel.
    #[schema(example = true)]
    cancelled: bool,
    /// The reply so far; null where no reply is kept.
    #[schema(required)]
    item: Option<ItemBody>,
}

impl CancelledTurnBody {
    pub(crate) fn new(cancelled: bool, item: Option<ItemBody>) -> Self {
        Self { cancelled, item }
    }
}

/// End the current turn
///
/// Ends the reply that a model is writing in this conversation, on any instance. The question and
/// the reply so far are kept, with the finish reason `cancelled`; with `keep: false` the whole turn
/// is discarded. If the model has not begun yet, only the question is kept. The text of a chat that
/// is not streamed is known only when it is complete. Waiting turns are not cancelled.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    request_body(content = Option<CancelTurnBody>, examples(
        ("keep" = (summary = "Keep the text so far", value = json!({}))),
        ("drop" = (summary = "Keep nothing", value = json!({ "keep": false }))),
    )),
    responses((status = 200, description = "The outcome.", body = CancelledTurnBody)),
    extensions(("x-example" = json!({ "item": {
        "role": "assistant", "content": "First, write down", "model": "llama3.2",
    } }))),
    security(("bearer" = [])),
)]
#[post("/conversations/{conversation_id}/cancel")]
pub(crate) async fn cancel_turn(
    Authenticated(actor): Authenticated,
    turns: web::Data<TurnService>,
    items: web::Data<ItemService>,
    conversation: web::Path<String>,
    Body(body, _): Body<CancelTurnBody>,
) -> Result<HttpResponse, ApiError> {
    let conversation = ConversationId::parse(&conversation)?;
    let ending = match body.keep {
        Some(false) => TurnEnding::Dropped,
        Some(true) | None => TurnEnding::Kept,
    };
    let over = turns.cancel(actor.owner_id, conversation, ending).await?;
    let (ended, item) = match over {
        Over::ByItself => (None, None),
        Over::Ended(item) => (Some(conversation), item),
    };
    if let Some(claim) = domain::repeats::current()? {
        claim.found(Outcome::done(Made::Cancelled(ended, item)));
    }
    let item = match item {
        None => None,
        Some(item) => match items.get(actor.owner_id, conversation, item).await {
            Ok(item) => Some(ItemBody::from(item)),
            // The item was deleted at this moment.
            Err(Error::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        },
    };
    Ok(HttpResponse::Ok().json(CancelledTurnBody::new(ended.is_some(), item)))
}
