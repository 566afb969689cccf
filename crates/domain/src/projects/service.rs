use super::{
    Description, Instruction, NewProject, Project, ProjectChanges, ProjectList, ProjectStore,
    ProjectTitle,
};
use crate::clock::{Clock, Ids};
use crate::conversations::Flags;
use crate::error::{Error, Resource, Result};
use crate::id::{OwnerId, ProjectId};
use crate::page::{self, Page};
use crate::state::{Checked, Expected};
use crate::usage::UsageGuard;
use std::sync::Arc;

/// A client's request for a project.
#[derive(Clone, Debug)]
pub struct CreateProject {
    pub title: ProjectTitle,
    pub description: Option<Description>,
    pub instruction: Option<Instruction>,
    pub flags: Flags,
}

/// The use cases of projects.
pub struct ProjectService {
    store: Arc<dyn ProjectStore>,
    usage: Arc<UsageGuard>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl ProjectService {
    pub fn new(
        store: Arc<dyn ProjectStore>,
        usage: Arc<UsageGuard>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self {
            store,
            usage,
            clock,
            ids,
        }
    }

    pub async fn create(&self, owner: OwnerId, request: CreateProject) -> Result<Project> {
        self.usage.check_quota_for_text(owner)?;
        let new = NewProject {
            id: ProjectId::new(self.ids.ulid()),
            title: request.title,
            description: request.description,
            instruction: request.instruction,
            flags: request.flags,
            created_at: self.clock.now(),
        };
        self.store.insert(owner, &new).await?;
        Ok(Project {
            id: new.id,
            title: new.title,
            description: new.description,
            instruction: new.instruction,
            conversation_count: 0,
            flags: new.flags,
            created_at: new.created_at,
            updated_at: new.created_at,
        })
    }

    pub async fn get(&self, owner: OwnerId, id: ProjectId) -> Result<Project> {
        self.store
            .find(owner, id)
            .await?
            .ok_or_else(|| Resource::Project.absent())
    }

    pub async fn list(&self, owner: OwnerId, list: ProjectList) -> Result<Page<Project>> {
        self.store.list(owner, &list).await
    }

    /// How many projects a list has in all, without regard to its page: at most [`page::COUNTED`],
    /// also if there are more.
    pub async fn count(&self, owner: OwnerId, list: &ProjectList) -> Result<u64> {
        self.store.count(owner, list, page::COUNTED).await
    }

    /// Changes the project. A request without changes returns the project.
    pub async fn update(
        &self,
        owner: OwnerId,
        id: ProjectId,
        changes: ProjectChanges,
        expected: &Expected,
    ) -> Result<Project> {
        if changes == ProjectChanges::default() {
            let found = self.get(owner, id).await?;
            return match expected.holds(&found.tag()) {
                true => Ok(found),
                false => Err(Error::Stale),
            };
        }
        if let Err(full) = self.usage.check_quota_for_text(owner)
            && changes.add_text(&self.get(owner, id).await?)
        {
            return Err(full);
        }
        let updated = self
            .store
            .update(owner, id, &changes, expected, self.clock.now())
            .await?;
        match updated {
            Checked::Done(updated) => updated.ok_or_else(|| Resource::Project.absent()),
            Checked::Stale => Err(Error::Stale),
        }
    }

    pub async fn delete(&self, owner: OwnerId, id: ProjectId, expected: &Expected) -> Result<()> {
        match self.store.delete(owner, id, expected).await? {
            Checked::Done(true) => Ok(()),
            Checked::Done(false) => Err(Resource::Project.absent()),
            Checked::Stale => Err(Error::Stale),
        }
    }
}
