use super::{Description, Instruction, Project, ProjectTitle};
use crate::conversations::{Change, FlagChanges, FlagFilter, Flags};
use crate::error::Result;
use crate::id::{OwnerId, ProjectId};
use crate::page::{Limit, Order, Page};
use crate::state::{Checked, Expected};
use chrono::{DateTime, Utc};

/// Where projects are kept. Every method is one atomic unit of work, and sees only the objects of
/// the given owner.
#[async_trait::async_trait]
pub trait ProjectStore: Send + Sync {
    async fn insert(&self, owner: OwnerId, project: &NewProject) -> Result<()>;

    async fn find(&self, owner: OwnerId, id: ProjectId) -> Result<Option<Project>>;

    /// The project's instruction. `None`: the project does not exist, or has no instruction.
    async fn find_instruction(&self, owner: OwnerId, id: ProjectId) -> Result<Option<Instruction>>;

    /// A page is bounded in bytes by [`crate::page::PAGE_BYTES`].
    async fn list(&self, owner: OwnerId, list: &ProjectList) -> Result<Page<Project>>;

    /// How many projects a list has in all, without regard to its page. Counts to `most`.
    async fn count(&self, owner: OwnerId, list: &ProjectList, most: u64) -> Result<u64>;

    /// `None` when the project does not exist.
    async fn update(
        &self,
        owner: OwnerId,
        id: ProjectId,
        changes: &ProjectChanges,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Checked<Option<Project>>>;

    /// Deletes the project; its conversations stay, without a project. `false`: it does not exist.
    async fn delete(
        &self,
        owner: OwnerId,
        id: ProjectId,
        expected: &Expected,
    ) -> Result<Checked<bool>>;
}

/// A project about to be stored.
#[derive(Clone, Debug)]
pub struct NewProject {
    pub id: ProjectId,
    pub title: ProjectTitle,
    pub description: Option<Description>,
    pub instruction: Option<Instruction>,
    pub flags: Flags,
    pub created_at: DateTime<Utc>,
}

/// The requested page of the owner's projects, by creation; `after` is the last id of the page before.
#[derive(Clone, Debug)]
pub struct ProjectList {
    pub limit: Limit,
    pub order: Order,
    pub flags: FlagFilter,
    pub after: Option<ProjectId>,
}

/// A person's changes to a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectChanges {
    pub title: Change<ProjectTitle>,
    pub description: Change<Option<Description>>,
    pub instruction: Change<Option<Instruction>>,
    pub flags: FlagChanges,
}

impl ProjectChanges {
    /// Whether the changes are of the project itself, and not only of its flags.
    pub fn are_of_texts(&self) -> bool {
        let of_flags = Self {
            flags: self.flags.clone(),
            ..Self::default()
        };
        *self != of_flags
    }

    /// Whether the changes add text to the project.
    pub(super) fn add_text(&self, to: &Project) -> bool {
        let described =
            |text: &Option<Description>| text.as_ref().map_or(0, |it| it.as_str().len());
        let instructed =
            |text: &Option<Instruction>| text.as_ref().map_or(0, |it| it.as_str().len());
        let title = to.title.as_str().len();
        let (description, instruction) = (described(&to.description), instructed(&to.instruction));
        let next = self.title.or(title, |title| title.as_str().len())
            + self.description.or(description, described)
            + self.instruction.or(instruction, instructed);
        next > title + description + instruction
    }
}
