//! The wire types of projects.

pub(crate) mod conversations;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use crate::list::{Listed, list_body};
use crate::timestamp::Timestamp;
use domain::projects::{Description, Instruction, Project, ProjectTitle};
use serde::Serialize;
use utoipa::ToSchema;

/// A folder of conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = Project)]
pub(crate) struct ProjectBody {
    #[schema(example = "proj_01JFQ2K7W2B3V4C5X6Z7M8N9QA")]
    id: String,
    #[schema(inline)]
    object: ProjectObject,
    /// The name of the project.
    #[schema(example = "My AI Research")]
    title: String,
    /// A description for people.
    #[schema(required, example = "Conversations about machine learning")]
    description: Option<String>,
    /// The first message for the model in each conversation of the project.
    #[schema(required, example = "Answer like a patient researcher.")]
    instruction: Option<String>,
    /// How many conversations the project holds now, archived ones included.
    #[schema(minimum = 0, example = 3)]
    conversation_count: u64,
    /// Whether you put it away: the list leaves it out by default.
    archived: bool,
    /// Whether you keep it at hand.
    pinned: bool,
    created_at: Timestamp,
    /// When the project itself was last changed. Changing `archived` or `pinned` does not change it.
    updated_at: Timestamp,
}

/// The type of a project.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ProjectObject {
    Project,
}

list_body!(
    /// A page of projects.
    ProjectListBody, ProjectList, ProjectBody,
    "Send it as `after` for the next page; null on the last page."
);

impl Listed for ProjectBody {
    fn listed_as(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

impl From<Project> for ProjectBody {
    fn from(project: Project) -> Self {
        Self {
            id: project.id.to_string(),
            object: ProjectObject::Project,
            title: ProjectTitle::into_string(project.title),
            description: project.description.map(Description::into_string),
            instruction: project.instruction.map(Instruction::into_string),
            conversation_count: project.conversation_count,
            archived: project.flags.archived,
            pinned: project.flags.pinned,
            created_at: project.created_at.into(),
            updated_at: project.updated_at.into(),
        }
    }
}
