//! Exports of whole conversations.

mod file_name;
mod folded;
mod json;
mod markdown;
mod parts;

use super::ConversationBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::items::ItemBody;
use crate::items::parts::PartsBody;
use crate::long_work::{LongWork, LongWorkRunner};
use crate::memory::{AnswerParts, PAGE, take_memory};
use crate::stream::in_parts;
use crate::timestamp::Timestamp;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::ConversationService;
use domain::id::{ConversationId, OwnerId};
use domain::items::ItemService;
use endpoint::get;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportConversationQuery {
    /// `json` (default) is lossless, every version included; `md` is for reading.
    #[param(inline)]
    format: Option<ExportFormat>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    Json,
    Md,
}

/// A conversation with all its messages and versions.
#[derive(Serialize, ToSchema)]
#[schema(as = ConversationExport)]
pub(crate) struct ConversationExportBody {
    #[serde(flatten)]
    conversation: ConversationBody,
    /// All messages, in the order they were accepted.
    items: Vec<ExportedItemBody>,
}

/// A message with all its versions.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportedItem)]
pub(crate) struct ExportedItemBody {
    #[serde(flatten)]
    item: ItemBody,
    /// The versions before the current one, oldest first.
    earlier_versions: Vec<EarlierVersionBody>,
}

/// An earlier text of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = EarlierVersion)]
pub(crate) struct EarlierVersionBody {
    #[schema(minimum = 1, example = 1)]
    version: u32,
    #[schema(example = "What are the next steps?")]
    content: String,
    /// The parts, where it is not a text alone.
    #[schema(required, value_type = Option<Vec<HashMap<String, serde_json::Value>>>,
        example = json!(null))]
    parts: Option<PartsBody>,
    /// The model's thoughts before this version.
    #[schema(required, example = json!(null))]
    reasoning: Option<String>,
    /// The model that wrote the version, where a model did.
    #[schema(required)]
    model: Option<String>,
    created_at: Timestamp,
}

/// Where an export reads, and where it ends.
struct Source {
    parts: AnswerParts,
    items: Arc<ItemService>,
    owner: OwnerId,
    id: ConversationId,
    /// Where the conversation ended when the export began.
    last: domain::id::Sequence,
    /// For exports that take long to write.
    runner: LongWorkRunner,
}

/// Export a conversation
///
/// The whole conversation with all versions, as a file: keep it before you delete. A long one is
/// streamed while it is read; if that fails midway, the answer is cut off.
#[utoipa::path(
    tag = "conversations",
    params(
        ("conversation_id" = String, Path, description = "The conversation's id.",
            example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"),
        ExportConversationQuery,
    ),
    responses((status = 200, description = "The file.", content(
        (ConversationExportBody = "application/json"),
        (String = "text/markdown"),
    ), headers(("Content-Disposition", description = "The file's name.")))),
    extensions(("x-example" = json!({ "item_count": 1, "items": [{
        "version": 2, "content": "Actually, let me rephrase that...",
        "updated_at": "2025-12-23T10:05:00.000000Z",
    }] }))),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/export")]
pub(crate) async fn export_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    items: web::Data<ItemService>,
    request: HttpRequest,
    id: web::Path<String>,
    Query(query): Query<ExportConversationQuery>,
) -> Result<HttpResponse, ApiError> {
    let format = query.format.unwrap_or(ExportFormat::Json);
    export(
        &request,
        &conversations,
        items.into_inner(),
        actor.owner_id,
        &id,
        format,
    )
    .await
}

/// Export a conversation as Markdown
///
/// The same as `GET …/export?format=md`: the current messages, for reading, as a file.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    responses((status = 200, description = "The file.", content((String = "text/markdown")),
        headers(("Content-Disposition", description = "The file's name.")))),
    security(("bearer" = [])),
)]
#[get("/conversations/{conversation_id}/export.md")]
pub(crate) async fn export_conversation_markdown(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    items: web::Data<ItemService>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    export(
        &request,
        &conversations,
        items.into_inner(),
        actor.owner_id,
        &id,
        ExportFormat::Md,
    )
    .await
}

async fn export(
    request: &HttpRequest,
    conversations: &ConversationService,
    items: Arc<ItemService>,
    owner: OwnerId,
    id: &str,
    format: ExportFormat,
) -> Result<HttpResponse, ApiError> {
    let id = ConversationId::parse(id)?;
    take_memory(request, PAGE).await?;
    let conversation = conversations.get(owner, id).await?;
    let source = Source {
        parts: AnswerParts::of(request),
        items,
        owner,
        id,
        last: conversation.last_sequence,
        runner: LongWork::runner(request).for_an_answer(),
    };
    let name = file_name::of(&conversation, format);
    let disposition = HeaderValue::try_from(name).ok();
    let mut answer = HttpResponse::Ok();
    if let Some(disposition) = disposition {
        answer.insert_header((CONTENT_DISPOSITION, disposition));
    }
    Ok(match format {
        ExportFormat::Md => {
            answer.content_type("text/markdown; charset=utf-8");
            in_parts(&mut answer, markdown::write(source, conversation))
        }
        ExportFormat::Json => {
            answer.content_type("application/json");
            in_parts(&mut answer, json::write(source, conversation)?)
        }
    })
}
