use super::{ProjectBody, name};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use actix_web::{HttpResponse, web};
use domain::conversations::{Change, FlagChanges};
use domain::id::ProjectId;
use domain::projects::{Instruction, ProjectChanges, ProjectService};
use domain::state::Expected;
use endpoint::patch;
use serde::Deserialize;
use utoipa::ToSchema;

/// The changes. An absent field, or null, keeps its value.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanUpdateProject)]
pub(crate) struct UpdateProjectBody {
    #[schema(example = "My AI Research")]
    name: Option<String>,
    instruction: Option<String>,
    is_favorite: Option<bool>,
    is_archived: Option<bool>,
}

impl WireBody for UpdateProjectBody {
    const MAY_TRAIL: bool = true;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// Update a project
#[utoipa::path(
    tag = "projects",
    params(("project_id" = String, Path, description = "The project's id.")),
    request_body = Option<UpdateProjectBody>,
    responses((status = 200, description = "The project.", body = ProjectBody)),
    security(("bearer" = [])),
)]
#[patch("/projects/{project_id}")]
pub(crate) async fn update_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    id: web::Path<String>,
    Body(body, _): Body<UpdateProjectBody>,
) -> Result<HttpResponse, ApiError> {
    let id = ProjectId::parse(&id)?;
    let changes = ProjectChanges {
        title: Change::of(body.name, |raw| name(&raw))?,
        description: Change::Keep,
        instruction: Change::of(body.instruction, |text| Instruction::parse(&text).map(Some))?,
        flags: FlagChanges {
            archived: Change::of(body.is_archived, Ok)?,
            pinned: Change::of(body.is_favorite, Ok)?,
        },
    };
    let updated = projects
        .update(actor.owner_id, id, changes, &Expected::Any)
        .await?;
    Ok(HttpResponse::Ok().json(ProjectBody::from(updated)))
}
