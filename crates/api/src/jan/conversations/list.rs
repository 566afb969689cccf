use super::{ConversationBody, ConversationListBody, REFERRER};
use crate::error::{ApiError, code};
use crate::extract::{Authenticated, Query};
use crate::jan::query::{ListQuery, PageParams};
use actix_web::{HttpResponse, web};
use domain::conversations::{ConversationList, ConversationService, FlagFilter, ListSort};
use domain::id::{ConversationId, OwnerId, ProjectId};
use domain::page::Order;
use endpoint::get;

/// List your conversations
///
/// Newest first by default, archived ones included.
#[utoipa::path(
    tag = "conversations",
    params(
        PageParams,
        ("project_id" = Option<String>, Query, description = "Only conversations of this project."),
        ("referrer" = Option<String>, Query, description = "Only conversations with this referrer."),
    ),
    responses((status = 200, description = "A page.", body = ConversationListBody)),
    security(("bearer" = [])),
)]
#[get("/conversations")]
pub(crate) async fn list_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let project = query.project()?;
    let page = page(&conversations, actor.owner_id, &query, project).await;
    let page = page.map_err(|error| match error.code == code::PROJECT_NOT_FOUND {
        true => error.param("project_id"),
        false => error,
    })?;
    Ok(HttpResponse::Ok().json(page))
}

/// A page, of all conversations or of a project's.
pub(in crate::jan) async fn page(
    conversations: &ConversationService,
    owner: OwnerId,
    query: &ListQuery,
    project_id: Option<ProjectId>,
) -> Result<ConversationListBody, ApiError> {
    let list = ConversationList {
        limit: query.limit()?,
        order: query.order(Order::Descending)?,
        project_id,
        flags: FlagFilter::default(),
        metadata: query
            .referrer()
            .map(|referrer| (REFERRER.to_owned(), referrer.to_owned()))
            .into_iter()
            .collect(),
        tags: Vec::new(),
        sort: ListSort::Created {
            after: query.after(ConversationId::parse)?,
        },
    };
    let total = conversations.count(owner, &list).await?;
    let page = conversations.list(owner, list).await?;
    let data: Vec<_> = page.data.into_iter().map(ConversationBody::from).collect();
    let id = |one: Option<&ConversationBody>| one.map(|one| one.id.clone());
    let last = id(data.last());
    Ok(ConversationListBody {
        object: "list",
        first_id: id(data.first()).unwrap_or_default(),
        next_cursor: last.clone().filter(|_| page.has_more),
        last_id: last.unwrap_or_default(),
        has_more: page.has_more,
        total,
        data,
    })
}
