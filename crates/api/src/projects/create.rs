use super::ProjectBody;
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use crate::tags::tagged;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use domain::conversations::Flags;
use domain::error::Error;
use domain::projects::{CreateProject, Description, Instruction, ProjectService, ProjectTitle};
use endpoint::post;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateProjectRequest)]
pub(crate) struct CreateProjectBody {
    /// 1 to 120 characters after trimming, at least one of them visible.
    #[schema(
        min_length = 1,
        max_length = 120,
        pattern = r"^[\s\S]*\S[\s\S]*$",
        example = "My AI Research"
    )]
    title: String,
    /// A description for people: up to 2,000 characters.
    #[schema(max_length = 2_000, example = "Conversations about machine learning")]
    description: Option<String>,
    /// The first message for the model in each conversation of the project: up to 32,768
    /// characters.
    #[schema(max_length = 32_768, example = "Answer like a patient researcher.")]
    instruction: Option<String>,
    /// Whether to put it away: the list leaves it out by default. `false` by default.
    archived: Option<bool>,
    /// Whether it is kept at hand. `false` by default.
    pinned: Option<bool>,
}

impl WireBody for CreateProjectBody {}

impl TryFrom<CreateProjectBody> for CreateProject {
    type Error = Error;

    fn try_from(body: CreateProjectBody) -> Result<Self, Error> {
        Ok(Self {
            title: ProjectTitle::parse(&body.title)?,
            description: body
                .description
                .map(|text| Description::parse(&text))
                .transpose()?,
            instruction: body
                .instruction
                .map(|text| Instruction::parse(&text))
                .transpose()?,
            flags: Flags {
                archived: body.archived.unwrap_or_default(),
                pinned: body.pinned.unwrap_or_default(),
            },
        })
    }
}

/// Create a project
///
/// Makes an empty project. To put a conversation into it, create or update the conversation.
#[utoipa::path(
    tag = "projects",
    request_body(content = CreateProjectBody, examples(
        ("research" = (summary = "A project for research", value = json!({
            "title": "My AI Research",
            "description": "Conversations about machine learning",
        }))),
    )),
    responses((status = 201, description = "The project.", body = ProjectBody,
        headers(("Location", description = "Where to get it.")))),
    extensions(
        ("x-error-codes" = json!(["quota_exceeded"])),
        ("x-example" = json!({ "conversation_count": 0, "instruction": null })),
    ),
    security(("bearer" = [])),
)]
#[post("/projects")]
pub(crate) async fn create_project(
    Authenticated(actor): Authenticated,
    projects: web::Data<ProjectService>,
    Body(body, _): Body<CreateProjectBody>,
) -> Result<HttpResponse, ApiError> {
    let created = projects.create(actor.owner_id, body.try_into()?).await?;
    let location = format!("/v1/projects/{}", created.id);
    let tag = created.tag();
    let answer = HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(ProjectBody::from(created));
    Ok(tagged(answer, &tag))
}
