use super::ConversationBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::openai::list::ListBody;
use crate::openai::query::{OpenAiPage, OpenAiQuery};
use actix_web::{HttpResponse, web};
use domain::conversations::{ConversationList, ConversationService, FlagFilter, ListSort};
use domain::id::ConversationId;
use endpoint::get;

/// List your conversations
///
/// OpenAI's API has no such list; Azure's has. Archived ones are included.
#[utoipa::path(responses((status = 200, description = "A page.")))]
#[get("/conversations")]
pub(crate) async fn list_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    OpenAiQuery(query): OpenAiQuery<OpenAiPage>,
) -> Result<HttpResponse, ApiError> {
    let list = ConversationList {
        limit: query.limit()?,
        order: query.order(),
        project_id: None,
        flags: FlagFilter::default(),
        metadata: Vec::new(),
        tags: Vec::new(),
        sort: ListSort::Created {
            after: query.after(ConversationId::parse)?,
        },
    };
    let page = conversations.list(actor.owner_id, list).await?;
    let id = |one: Option<&ConversationBody>| one.map(|one| one.id.clone());
    let data: Vec<_> = page.data.into_iter().map(ConversationBody::from).collect();
    let ends = (id(data.first()), id(data.last()));
    Ok(HttpResponse::Ok().json(ListBody::new(data, ends, page.has_more)))
}
