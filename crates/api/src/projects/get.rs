use super::ProjectBody;
use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::tags::shown;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::id::ProjectId;
use domain::projects::ProjectService;
use endpoint::get;

/// Get a project
///
/// One project, with the number of its conversations.
#[utoipa::path(
    tag = "projects",
    params(("project_id" = String, Path, description = "The project's id.",
        example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")),
    responses((status = 200, description = "The project.", body = ProjectBody)),
    security(("bearer" = [])),
)]
#[get("/projects/{project_id}")]
pub(crate) async fn get_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let project = projects.get(actor.owner_id, ProjectId::parse(&id)?).await?;
    let tag = project.tag();
    let whole = || HttpResponse::Ok().json(ProjectBody::from(project));
    Ok(shown(&request, &tag, whole))
}
