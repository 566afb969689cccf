use super::{ProjectBody, name};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use actix_web::{HttpResponse, web};
use domain::conversations::Flags;
use domain::projects::{CreateProject, Instruction, ProjectService};
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new project.
#[derive(Deserialize, ToSchema)]
#[schema(as = JanCreateProject)]
pub(crate) struct CreateProjectBody {
    #[schema(example = "My AI Research")]
    name: String,
    #[schema(example = "Answer like a patient researcher.")]
    instruction: Option<String>,
    is_favorite: Option<bool>,
    is_archived: Option<bool>,
}

impl WireBody for CreateProjectBody {
    const MAY_TRAIL: bool = true;
}

/// Create a project
#[utoipa::path(
    tag = "projects",
    request_body = CreateProjectBody,
    responses((status = 201, description = "The project.", body = ProjectBody)),
    security(("bearer" = [])),
)]
#[post("/projects")]
pub(crate) async fn create_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    Body(body, _): Body<CreateProjectBody>,
) -> Result<HttpResponse, ApiError> {
    let instruction = body.instruction.map(|text| Instruction::parse(&text));
    let request = CreateProject {
        title: name(&body.name)?,
        description: None,
        instruction: instruction.transpose()?,
        flags: Flags {
            archived: body.is_archived.unwrap_or_default(),
            pinned: body.is_favorite.unwrap_or_default(),
        },
    };
    let created = projects.create(actor.owner_id, request).await?;
    Ok(HttpResponse::Created().json(ProjectBody::from(created)))
}
