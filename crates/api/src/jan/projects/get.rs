use super::ProjectBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use actix_web::{HttpResponse, web};
use domain::id::ProjectId;
use domain::projects::ProjectService;
use endpoint::get;

/// Get a project
#[utoipa::path(
    tag = "projects",
    params(("project_id" = String, Path, description = "The project's id.")),
    responses((status = 200, description = "The project.", body = ProjectBody)),
    security(("bearer" = [])),
)]
#[get("/projects/{project_id}")]
pub(crate) async fn get_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = projects.get(actor.owner_id, ProjectId::parse(&id)?).await?;
    Ok(HttpResponse::Ok().json(ProjectBody::from(found)))
}
