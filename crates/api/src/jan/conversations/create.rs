use super::{ConversationBody, PairsBody, metadata};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, MESSAGES, Object, WireBody, hundred_if_any};
use crate::jan::items::{NewItemBody, NewItemShape};
use crate::long_work::LongWork;
use crate::memory::held;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::conversations::{ConversationService, CreateConversation, Flags};
use domain::id::ProjectId;
use domain::title::Title;
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new conversation.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanCreateConversation)]
pub(crate) struct CreateConversationBody {
    #[schema(example = "Project Planning")]
    title: Option<String>,
    project_id: Option<String>,
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    metadata: Option<PairsBody>,
    referrer: Option<String>,
    is_favorite: Option<bool>,
    is_archived: Option<bool>,
    /// The first messages, at most 100.
    #[serde(default, deserialize_with = "hundred_if_any")]
    #[schema(value_type = Option<Vec<NewItemShape>>)]
    items: Option<Vec<Object<NewItemBody>>>,
}

impl WireBody for CreateConversationBody {
    const LIMIT: usize = MESSAGES;
    const MAY_TRAIL: bool = true;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl TryFrom<CreateConversationBody> for CreateConversation {
    type Error = ApiError;

    fn try_from(body: CreateConversationBody) -> Result<Self, ApiError> {
        let text = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let title = text(body.title).map(|title| Title::parse(&title));
        let project = text(body.project_id).map(|id| ProjectId::parse(&id));
        Ok(Self {
            title: title.transpose()?,
            project_id: project
                .transpose()
                .map_err(|error| error.named_by("project_id"))?,
            metadata: metadata(body.metadata, body.referrer.as_deref())?,
            flags: Flags {
                archived: body.is_archived.unwrap_or_default(),
                pinned: body.is_favorite.unwrap_or_default(),
            },
            ..Self::with_items(crate::jan::items::read(body.items.unwrap_or_default())?)
        })
    }
}

/// Create a conversation
#[utoipa::path(
    tag = "conversations",
    request_body = Option<CreateConversationBody>,
    responses((status = 200, description = "The conversation.", body = ConversationBody)),
    security(("bearer" = [])),
)]
#[post("/conversations")]
pub(crate) async fn create_conversation(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    request: HttpRequest,
    Body(body, _): Body<CreateConversationBody>,
) -> Result<HttpResponse, ApiError> {
    let new = LongWork::run(&request, held(&request), move || body.try_into()).await?;
    let created = conversations.create(actor.owner_id, new);
    Ok(HttpResponse::Ok().json(ConversationBody::from(created.await?)))
}
