use crate::error::ApiError;
use crate::extract::Authenticated;
use crate::jan::conversations::delete::DeletedBody;
use actix_web::{HttpResponse, web};
use domain::id::ProjectId;
use domain::projects::ProjectService;
use domain::state::Expected;
use endpoint::delete;

/// Delete a project
///
/// Its conversations stay, without a project.
#[utoipa::path(
    tag = "projects",
    params(("project_id" = String, Path, description = "The project's id.")),
    responses((status = 200, description = "It is gone.", body = DeletedBody)),
    security(("bearer" = [])),
)]
#[delete("/projects/{project_id}")]
pub(crate) async fn delete_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = ProjectId::parse(&id)?;
    projects.delete(actor.owner_id, id, &Expected::Any).await?;
    Ok(HttpResponse::Ok().json(DeletedBody::of(id, "project")))
}
