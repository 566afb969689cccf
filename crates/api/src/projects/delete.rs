use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::tags::IfMatch;
use actix_web::{HttpResponse, web};
use domain::id::ProjectId;
use domain::projects::ProjectService;
use endpoint::delete;

/// Delete a project
///
/// Deletes only the project: its conversations stay, without a project.
#[utoipa::path(
    tag = "projects",
    params(("project_id" = String, Path, description = "The project's id.",
        example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")),
    responses((status = 204, description = "It is gone.")),
    security(("bearer" = [])),
)]
#[delete("/projects/{project_id}")]
pub(crate) async fn delete_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    id: web::Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, ApiError> {
    projects
        .delete(actor.owner_id, ProjectId::parse(&id)?, &expected)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
