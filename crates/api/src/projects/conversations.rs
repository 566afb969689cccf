use crate::conversations::ConversationListBody;
use crate::conversations::list::{ListConversationsQuery, cursor};
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use actix_web::{HttpResponse, get, web};
use domain::conversations::ConversationService;
use domain::id::ProjectId;

/// List the conversations of a project
///
/// The list of conversations, only of this project: same shape, same parameters.
#[utoipa::path(
    tag = "projects",
    params(
        ("project_id" = String, Path, description = "The project's id.",
            example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA"),
        ListConversationsQuery,
    ),
    responses((status = 200, description = "A page of conversations.",
        body = ConversationListBody)),
    extensions(("x-error-codes" = json!(["invalid_cursor"]))),
    security(("bearer" = [])),
)]
#[get("/projects/{project_id}/conversations")]
pub(crate) async fn list_project_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    project: web::Path<String>,
    Query(query): Query<ListConversationsQuery>,
) -> Result<HttpResponse, ApiError> {
    let project = ProjectId::parse(&project)?;
    let query = query.placed(&conversations, actor.owner_id).await?;
    let list = query.list(Some(project))?;
    let cursor = cursor(&list.sort);
    let page = conversations.list(actor.owner_id, list).await?;
    Ok(HttpResponse::Ok().json(ConversationListBody::new(page, cursor)))
}
