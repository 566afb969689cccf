use super::{ConversationBody, MetadataBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody, present};
use actix_web::{HttpResponse, patch, web};
use domain::conversations::{
    Change, ConversationChanges, ConversationService, FlagChanges, Metadata, Title,
};
use domain::error::Error;
use domain::id::{ConversationId, ProjectId};
use serde::Deserialize;
use utoipa::ToSchema;

/// The changes. An absent field keeps its value, null clears it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateConversationRequest)]
pub(crate) struct UpdateConversationBody {
    /// 1 to 256 characters after trimming; null removes the title.
    #[serde(default, deserialize_with = "present")]
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "Updated Project Title"
    )]
    title: Option<Option<String>>,
    /// One of your projects, as the new project; null takes the conversation out of its project.
    #[serde(default, deserialize_with = "present")]
    #[schema(example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    project_id: Option<Option<String>>,
    /// Replaces all pairs; null removes them.
    #[serde(default, deserialize_with = "present")]
    metadata: Option<Option<MetadataBody>>,
    /// Whether to put it away: lists leave it out by default. Null: `false`.
    #[serde(default, deserialize_with = "present")]
    archived: Option<Option<bool>>,
    /// Whether it shall be found at once. Null: `false`.
    #[serde(default, deserialize_with = "present")]
    pinned: Option<Option<bool>>,
}

impl WireBody for UpdateConversationBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl TryFrom<UpdateConversationBody> for ConversationChanges {
    type Error = Error;

    fn try_from(body: UpdateConversationBody) -> Result<Self, Error> {
        let title = |title: Option<String>| title.map(|title| Title::parse(&title)).transpose();
        let project = |id: Option<String>| id.map(|id| ProjectId::parse(&id)).transpose();
        let metadata = |pairs: Option<MetadataBody>| Metadata::try_from(pairs.unwrap_or_default());
        Ok(Self {
            title: Change::of(body.title, title)?,
            project_id: Change::of(body.project_id, project)
                .map_err(|error| error.named_by("project_id"))?,
            metadata: Change::of(body.metadata, metadata)?,
            flags: flag_changes(body.archived, body.pinned),
        })
    }
}

/// The changes of flags; null clears one.
pub(crate) fn flag_changes(
    archived: Option<Option<bool>>,
    pinned: Option<Option<bool>>,
) -> FlagChanges {
    let change = |flag: Option<Option<bool>>| match flag {
        None => Change::Keep,
        Some(flag) => Change::Set(flag.unwrap_or_default()),
    };
    FlagChanges {
        archived: change(archived),
        pinned: change(pinned),
    }
}

/// Update a conversation
///
/// Renames it, moves it to a project, replaces its metadata, archives it or pins it. This does not
/// change `updated_at`.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = String, Path, description = "The conversation's id.",
        example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")),
    request_body(content = Option<UpdateConversationBody>, examples(
        ("rename" = (summary = "A new title", value = json!({"title": "Updated Project Title"}))),
        ("archive" = (summary = "Out of the way", value = json!({"archived": true}))),
        ("leave" = (summary = "Out of its project", value = json!({"project_id": null}))),
    )),
    responses((status = 200, description = "The conversation as it is now, without its messages.",
        body = ConversationBody)),
    extensions(("x-error-codes" = json!(["project_not_found"]))),
    security(("bearer" = [])),
)]
#[patch("/conversations/{conversation_id}")]
pub(crate) async fn update_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    id: web::Path<String>,
    Body(body, _): Body<UpdateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let id = ConversationId::parse(&id)?;
    let updated = conversations
        .update(actor.owner_id, id, body.try_into()?)
        .await?;
    Ok(HttpResponse::Ok().json(ConversationBody::from(updated)))
}
