use super::{SentIdBody, TagBody, flag_changes};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody, hundred, hundred_if_any, present, word};
use actix_web::{HttpResponse, web};
use domain::conversations::{BulkResult, ConversationService, Organising, Tags};
use domain::error::Error;
use domain::id::ProjectId;
use endpoint::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The conversations, and what to do with each of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkConversationsRequest)]
pub(crate) struct BulkConversationsBody {
    /// 1 to 100 ids of at most 256 characters; an id that is given twice counts once.
    #[serde(deserialize_with = "hundred")]
    #[schema(value_type = Vec<SentIdBody>, inline, min_items = 1, max_items = 100,
        example = json!(["conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"]))]
    pub(crate) conversation_ids: Vec<String>,
    #[serde(deserialize_with = "word")]
    #[schema(inline)]
    action: BulkAction,
    /// For `move`, which needs it: one of your projects; null takes conversations out of their projects.
    #[serde(default, deserialize_with = "present")]
    #[schema(example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    project_id: Option<Option<String>>,
    /// For `tag` and `untag`, which need it: 1 to 20 tags. A conversation that would have more than 20
    /// fails.
    #[serde(default, deserialize_with = "hundred_if_any")]
    #[schema(value_type = Option<Vec<TagBody>>, inline, min_items = 1, max_items = 20)]
    tags: Option<Vec<String>>,
}

/// The action.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
enum BulkAction {
    Archive,
    Unarchive,
    Pin,
    Unpin,
    Move,
    Tag,
    Untag,
    Delete,
}

impl WireBody for BulkConversationsBody {
    const IS_ANSWERED_WITH: bool = true;
}

/// A request for an action on many conversations; `None` deletes them.
type BulkRequest = (Vec<String>, Option<Organising>);

impl TryFrom<BulkConversationsBody> for BulkRequest {
    type Error = ApiError;

    fn try_from(body: BulkConversationsBody) -> Result<Self, ApiError> {
        use BulkAction::{Archive, Delete, Move, Pin, Tag, Unarchive, Unpin, Untag};
        let action = body.action;
        let fits = |name: &str, is_given: bool, is_needed: bool| match (is_given, is_needed) {
            (true, false) => Err(Error::invalid(
                name,
                format!("This action does not take {name}."),
            )),
            (false, true) => Err(Error::invalid(name, format!("This action needs {name}."))),
            _ => Ok(()),
        };
        // In other actions, null is the same as absent; in a move it means without a project.
        let project = body.project_id.as_ref();
        let is_given = project.is_some_and(|id| id.is_some() || action == Move);
        fits("project_id", is_given, action == Move)?;
        let (tags, takes_tags) = (body.tags, matches!(action, Tag | Untag));
        let is_some = tags.as_ref().is_some_and(|tags| !tags.is_empty());
        fits("tags", is_some, takes_tags)?;
        let tags = Tags::parse(tags.unwrap_or_default())?;
        let project = body.project_id.flatten().map(|id| ProjectId::parse(&id));
        let project = project.transpose();
        let project = project.map_err(|error| error.named_by("project_id"))?;
        let flag = |archived, pinned| Organising::Flag(flag_changes(archived, pinned));
        let organising = match action {
            Archive => Some(flag(Some(Some(true)), None)),
            Unarchive => Some(flag(Some(Some(false)), None)),
            Pin => Some(flag(None, Some(Some(true)))),
            Unpin => Some(flag(None, Some(Some(false)))),
            Move => Some(Organising::Move(project)),
            Tag => Some(Organising::Tag(tags)),
            Untag => Some(Organising::Untag(tags)),
            Delete => None,
        };
        Ok((body.conversation_ids, organising))
    }
}

/// The result. The two counts add up to the number of distinct ids.
#[derive(Serialize, ToSchema)]
#[schema(as = BulkResult)]
pub(crate) struct BulkResultBody {
    /// How many were changed.
    #[schema(value_type = u32, maximum = 100, example = 3)]
    done_count: usize,
    /// The number of other ids.
    #[schema(value_type = u32, maximum = 100, example = 0)]
    failed_count: usize,
    /// The other ids, as sent: you have no such conversation, or the action is not possible there.
    #[schema(max_items = 100, example = json!([]))]
    failed_ids: Vec<String>,
}

impl From<BulkResult> for BulkResultBody {
    fn from(result: BulkResult) -> Self {
        Self {
            done_count: result.done,
            failed_count: result.failed.len(),
            failed_ids: result.failed,
        }
    }
}

/// Organise many conversations
///
/// Archives, pins, moves, tags or deletes up to 100 conversations in one request, or the opposite.
/// Ids for which you have no conversation do not stop the others.
#[utoipa::path(
    tag = "conversations",
    request_body(content = BulkConversationsBody, examples(
        ("archive" = (summary = "Put away", value = json!({
            "conversation_ids": ["conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"], "action": "archive",
        }))),
        ("tag" = (summary = "Add tags", value = json!({
            "conversation_ids": ["conv_01JFQ2M8X3C4V5B6N7M8K9J0HG"], "action": "tag", "tags": ["work"],
        }))),
    )),
    responses((status = 200, description = "The outcome for each.", body = BulkResultBody)),
    extensions(("x-error-codes" = json!(["project_not_found", "quota_exceeded"]))),
    security(("bearer" = [])),
)]
#[post("/conversations/bulk")]
pub(crate) async fn update_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    Body(body, _): Body<BulkConversationsBody>,
) -> Result<HttpResponse, ApiError> {
    let owner = actor.owner_id;
    let result = match BulkRequest::try_from(body)? {
        (ids, Some(organising)) => conversations.organise(owner, ids, &organising).await,
        (ids, None) => conversations.bulk_delete(owner, ids).await,
    };
    let result = result.map_err(ApiError::from)?;
    Ok(HttpResponse::Ok().json(BulkResultBody::from(result)))
}
