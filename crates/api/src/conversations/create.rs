use super::{ConversationBody, MetadataBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, Object, WireBody, hundred_if_any};
use crate::items::NewItemBody;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, post, web};
use domain::conversations::{ConversationService, CreateConversation, Flags, Metadata, Title};
use domain::error::Error;
use domain::id::ProjectId;
use domain::items::NewItem;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new conversation. Every field is optional, and so is the body.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateConversationRequest)]
pub(crate) struct CreateConversationBody {
    /// 1 to 256 characters after trimming. By default, the first user message gives the title.
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "Project Planning"
    )]
    title: Option<String>,
    /// One of your projects, for the conversation.
    #[schema(example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    project_id: Option<String>,
    #[schema(nullable, value_type = MetadataBody, required = false)]
    metadata: Option<MetadataBody>,
    /// Whether to put it away: lists leave it out by default. `false` by default.
    archived: Option<bool>,
    /// Whether it shall be found at once. `false` by default.
    pinned: Option<bool>,
    /// The first messages, stored together with the conversation, all or none.
    #[serde(default, deserialize_with = "hundred_if_any")]
    #[schema(value_type = Option<Vec<NewItemBody>>, max_items = 100)]
    items: Option<Vec<Object<NewItemBody>>>,
}

impl WireBody for CreateConversationBody {
    const LIMIT: usize = MESSAGES;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl TryFrom<CreateConversationBody> for CreateConversation {
    type Error = Error;

    fn try_from(body: CreateConversationBody) -> Result<Self, Error> {
        let project = body.project_id.map(|id| ProjectId::parse(&id)).transpose();
        let items = body.items.unwrap_or_default().into_iter().enumerate();
        Ok(Self {
            title: body.title.map(|title| Title::parse(&title)).transpose()?,
            metadata: body
                .metadata
                .map(Metadata::try_from)
                .transpose()?
                .unwrap_or_default(),
            flags: Flags {
                archived: body.archived.unwrap_or_default(),
                pinned: body.pinned.unwrap_or_default(),
            },
            items: items
                .map(|(index, Object(item))| {
                    NewItem::try_from(item)
                        .map_err(|error| error.within(&format!("items[{index}]")))
                })
                .collect::<Result<_, _>>()?,
            project_id: project.map_err(|error| error.named_by("project_id"))?,
        })
    }
}

/// Create a conversation
///
/// Stores a new conversation, empty or with its first messages. `Location` is its address.
#[utoipa::path(
    tag = "conversations",
    request_body(content = Option<CreateConversationBody>, examples(
        ("empty" = (summary = "An untitled conversation", value = json!({}))),
        ("titled" = (summary = "With a title and a first message", value = json!({
            "title": "Project Planning",
            "items": [{"role": "user", "content": "Let's plan our project"}],
        }))),
    )),
    responses((status = 201, description = "The conversation, without its messages.",
        body = ConversationBody, headers(("Location", description = "Where to get it.")))),
    extensions(("x-error-codes" = json!(["quota_exceeded", "project_not_found"]))),
    security(("bearer" = [])),
)]
#[post("/conversations")]
pub(crate) async fn create_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    Body(body, _): Body<CreateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let created = conversations
        .create(actor.owner_id, body.try_into()?)
        .await?;
    let body = ConversationBody::from(created);
    let location = format!("/v1/conversations/{}", body.id);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(body))
}
