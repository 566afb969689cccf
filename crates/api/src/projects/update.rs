use super::ProjectBody;
use crate::conversations::flag_changes;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody, present};
use crate::tags::{IfMatch, tagged};
use actix_web::{HttpResponse, web};
use domain::conversations::Change;
use domain::error::Error;
use domain::id::ProjectId;
use domain::projects::{Description, Instruction, ProjectChanges, ProjectService, ProjectTitle};
use endpoint::patch;
use serde::Deserialize;
use utoipa::ToSchema;

/// The changes. An absent field keeps its value, null clears it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateProjectRequest)]
pub(crate) struct UpdateProjectBody {
    /// 1 to 120 characters after trimming, at least one of them visible. A project always has a title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, nullable = false, min_length = 1,
        max_length = 120, pattern = r"^[\s\S]*\S[\s\S]*$", example = "My AI Research")]
    title: Option<String>,
    /// Up to 2,000 characters; null clears it.
    #[serde(default, deserialize_with = "present")]
    #[schema(max_length = 2_000)]
    description: Option<Option<String>>,
    /// Up to 32,768 characters; null clears it.
    #[serde(default, deserialize_with = "present")]
    #[schema(max_length = 32_768)]
    instruction: Option<Option<String>>,
    /// Whether to put it away: the list leaves it out by default. Null: `false`.
    #[serde(default, deserialize_with = "present")]
    archived: Option<Option<bool>>,
    /// Whether it is kept at hand. Null: `false`.
    #[serde(default, deserialize_with = "present")]
    pinned: Option<Option<bool>>,
}

impl WireBody for UpdateProjectBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl TryFrom<UpdateProjectBody> for ProjectChanges {
    type Error = Error;

    fn try_from(body: UpdateProjectBody) -> Result<Self, Error> {
        let text = |text: Option<String>| text.map(|text| Description::parse(&text)).transpose();
        let read = |text: Option<String>| text.map(|text| Instruction::parse(&text)).transpose();
        Ok(Self {
            title: Change::of(body.title, |title| ProjectTitle::parse(&title))?,
            description: Change::of(body.description, text)?,
            instruction: Change::of(body.instruction, read)?,
            flags: flag_changes(body.archived, body.pinned),
        })
    }
}

/// Update a project
///
/// Changes its title, its description or its instruction, archives it or pins it.
#[utoipa::path(
    tag = "projects",
    params(("project_id" = String, Path, description = "The project's id.",
        example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")),
    request_body(content = Option<UpdateProjectBody>, examples(
        ("rename" = (summary = "A new title", value = json!({"title": "Machine learning"}))),
    )),
    responses((status = 200, description = "The project as it is now.", body = ProjectBody)),
    extensions(("x-error-codes" = json!(["quota_exceeded"]))),
    security(("bearer" = [])),
)]
#[patch("/projects/{project_id}")]
pub(crate) async fn update_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    id: web::Path<String>,
    IfMatch(expected): IfMatch,
    Body(body, _): Body<UpdateProjectBody>,
) -> Result<HttpResponse, ApiError> {
    let id = ProjectId::parse(&id)?;
    let updated = projects
        .update(actor.owner_id, id, body.try_into()?, &expected)
        .await?;
    let tag = updated.tag();
    Ok(tagged(
        HttpResponse::Ok().json(ProjectBody::from(updated)),
        &tag,
    ))
}
