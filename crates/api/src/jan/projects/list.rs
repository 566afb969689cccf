use super::{ProjectBody, ProjectListBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Query};
use crate::jan::conversations::{ConversationListBody, list::page};
use crate::jan::query::{ListQuery, PageParams};
use actix_web::{HttpResponse, web};
use domain::conversations::{ConversationService, FlagFilter};
use domain::id::ProjectId;
use domain::page::Order;
use domain::projects::{ProjectList, ProjectService};
use endpoint::get;

/// List your projects
///
/// Newest first by default, archived ones included.
#[utoipa::path(
    tag = "projects",
    params(PageParams),
    responses((status = 200, description = "A page.", body = ProjectListBody)),
    security(("bearer" = [])),
)]
#[get("/projects")]
pub(crate) async fn list_projects(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let list = ProjectList {
        limit: query.limit()?,
        order: query.order(Order::Descending)?,
        flags: FlagFilter::default(),
        after: query.after(ProjectId::parse)?,
    };
    let total = projects.count(actor.owner_id, &list).await?;
    let page = projects.list(actor.owner_id, list).await?;
    let data: Vec<_> = page.data.into_iter().map(ProjectBody::from).collect();
    let id = |one: Option<&ProjectBody>| one.map(|one| one.id.clone());
    let last = id(data.last());
    Ok(HttpResponse::Ok().json(ProjectListBody {
        object: "list",
        first_id: id(data.first()).unwrap_or_default(),
        next_cursor: last.clone().filter(|_| page.has_more),
        last_id: last.unwrap_or_default(),
        has_more: page.has_more,
        total,
        data,
    }))
}

/// List the conversations of a project
#[utoipa::path(
    tag = "projects",
    params(("project_id" = String, Path, description = "The project's id."), PageParams),
    responses((status = 200, description = "A page.", body = ConversationListBody)),
    security(("bearer" = [])),
)]
#[get("/projects/{project_id}/conversations")]
pub(crate) async fn list_project_conversations(
    Authenticated(actor): Authenticated,
    conversations: web::Data<ConversationService>,
    project: web::Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let project = ProjectId::parse(&project)?;
    let page = page(&conversations, actor.owner_id, &query, Some(project)).await?;
    Ok(HttpResponse::Ok().json(page))
}
