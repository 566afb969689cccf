//! The wire types of projects: `name` for the title.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod update;

use domain::error::Error;
use domain::projects::{Instruction, Project, ProjectTitle};
use serde::Serialize;
use utoipa::ToSchema;

/// A folder of conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = JanProject)]
pub(super) struct ProjectBody {
    #[schema(example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    id: String,
    object: &'static str,
    #[schema(example = "My AI Research")]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction: Option<String>,
    is_favorite: bool,
    is_archived: bool,
    /// When an archived project was last changed, in seconds since 1970; absent if it is not archived.
    #[serde(skip_serializing_if = "Option::is_none")]
    archived_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl From<Project> for ProjectBody {
    fn from(project: Project) -> Self {
        let updated_at = project.updated_at.timestamp();
        Self {
            id: project.id.to_string(),
            object: "project",
            name: ProjectTitle::into_string(project.title),
            instruction: project.instruction.map(Instruction::into_string),
            is_favorite: project.flags.pinned,
            is_archived: project.flags.archived,
            archived_at: project.flags.archived.then_some(updated_at),
            created_at: project.created_at.timestamp(),
            updated_at,
        }
    }
}

/// A page of projects.
#[derive(Serialize, ToSchema)]
#[schema(as = JanProjectList)]
struct ProjectListBody {
    object: &'static str,
    data: Vec<ProjectBody>,
    /// Empty where the page is.
    first_id: String,
    last_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    has_more: bool,
    /// How many there are on all pages; 10,000 where there are more.
    total: u64,
}

/// A project's title; an error names it as this face does.
fn name(raw: &str) -> Result<ProjectTitle, Error> {
    ProjectTitle::parse(raw).map_err(|error| match error {
        Error::Invalid(mut invalid) => {
            invalid.param = Some("name".to_owned());
            invalid.message = invalid.message.replacen("title", "name", 1);
            Error::Invalid(invalid)
        }
        other => other,
    })
}
