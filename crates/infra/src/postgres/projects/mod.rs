mod rows;

use super::conversations::PROJECT;
use super::database::Database;
use super::error::{storage, violates};
use super::ids;
use super::schema::projects;
use super::work::reading;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::error::{Error, Result, Unauthenticated};
use domain::id::{OwnerId, ProjectId};
use domain::page::{Order, Page};
use domain::projects::{
    Description, Instruction, NewProject, Project, ProjectChanges, ProjectList, ProjectStore,
};
use domain::repeats::{Made, Outcome};
use domain::state::{Checked, Expected};
use rows::{Count, Find, FindLocked, Insert, Leave, NewestFirst, OldestFirst, ProjectRow, Update};
use uuid::Uuid;

/// Projects in PostgreSQL.
pub struct PgProjects(pub Database);

/// How often a project's deletion is tried when a conversation moves into it meanwhile.
const ATTEMPTS: u8 = 20;

#[async_trait::async_trait]
impl ProjectStore for PgProjects {
    async fn insert(&self, owner: OwnerId, project: &NewProject) -> Result<()> {
        let insert = Insert {
            owner_id: ids::stored(owner.ulid()),
            id: ids::stored(project.id.ulid()),
            title: project.title.as_str(),
            description: project.description.as_ref().map(Description::as_str),
            instruction: project.instruction.as_ref().map(Instruction::as_str),
            now: project.created_at,
            archived: project.flags.archived,
            pinned: project.flags.pinned,
        };
        let work = async |connection: &mut AsyncPgConnection| insert.write(connection).await;
        let made = |rows: &usize| (*rows > 0).then(|| Outcome::created(Made::Project(project.id)));
        let inserted = self.0.effect(owner, work, made).await?;
        match inserted.map_err(storage)? {
            0 => Err(Error::Unauthenticated(Unauthenticated::Invalid)),
            _ => Ok(()),
        }
    }

    async fn find(&self, owner: OwnerId, id: ProjectId) -> Result<Option<Project>> {
        let (owner_id, id) = (ids::stored(owner.ulid()), ids::stored(id.ulid()));
        let find = Find { owner_id, id };
        let row: Option<ProjectRow> = self
            .0
            .run(reading(owner), async |connection| {
                find.fetch_optional(connection).await
            })
            .await?;
        row.map(Project::try_from).transpose()
    }

    async fn find_instruction(&self, owner: OwnerId, id: ProjectId) -> Result<Option<Instruction>> {
        let query = projects::table
            .find((ids::stored(owner.ulid()), ids::stored(id.ulid())))
            .select(projects::instruction);
        let rows: Vec<Option<String>> = self
            .0
            .run(reading(owner), async |connection| {
                query.fetch_all(connection).await
            })
            .await?;
        let instruction = rows.into_iter().next().flatten();
        let instruction = instruction.as_deref().map(Instruction::parse).transpose();
        instruction.map_err(super::error::inconsistent)
    }

    async fn list(&self, owner: OwnerId, list: &ProjectList) -> Result<Page<Project>> {
        let owner_id = ids::stored(owner.ulid());
        let after = list.after.map(|after| ids::stored(after.ulid()));
        // A limit is at most 100; one more shows whether more follow.
        let limit = list.limit.get() as i64 + 1;
        let rows: Vec<ProjectRow> = match list.order {
            Order::Ascending => {
                let page = OldestFirst {
                    owner_id,
                    after: after.unwrap_or_default(),
                    archived: list.flags.archived,
                    pinned: list.flags.pinned,
                    limit,
                };
                self.0
                    .run(reading(owner), async |connection| {
                        page.fetch_all(connection).await
                    })
                    .await?
            }
            Order::Descending => {
                let page = NewestFirst {
                    owner_id,
                    after: after.unwrap_or(Uuid::max()),
                    archived: list.flags.archived,
                    pinned: list.flags.pinned,
                    limit,
                };
                self.0
                    .run(reading(owner), async |connection| {
                        page.fetch_all(connection).await
                    })
                    .await?
            }
        };
        let data = rows
            .into_iter()
            .map(Project::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::of(data, list.limit, size))
    }

    async fn count(&self, owner: OwnerId, list: &ProjectList, most: u64) -> Result<u64> {
        let count = Count {
            owner_id: ids::stored(owner.ulid()),
            archived: list.flags.archived,
            pinned: list.flags.pinned,
            most: i64::try_from(most).unwrap_or(i64::MAX),
        };
        let count: i64 = self
            .0
            .run(reading(owner), async |connection| {
                count.fetch_one(connection).await
            })
            .await?;
        Ok(count.unsigned_abs())
    }

    async fn update(
        &self,
        owner: OwnerId,
        id: ProjectId,
        changes: &ProjectChanges,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<Checked<Option<Project>>> {
        let key = (ids::stored(owner.ulid()), ids::stored(id.ulid()));
        let update = Update::new(key, changes, now);
        let work = async |connection: &mut AsyncPgConnection| {
            if !is_expected(connection, key, expected).await? {
                return Ok(Checked::Stale);
            }
            let row: Option<ProjectRow> = update.fetch_optional(connection).await?;
            QueryResult::Ok(Checked::Done(row))
        };
        let work = async |connection: &mut AsyncPgConnection| match expected.is_any() {
            true => work(connection).await,
            false => connection.transaction(work).await,
        };
        match self.0.run(owner, work).await? {
            Checked::Done(row) => Ok(Checked::Done(row.map(Project::try_from).transpose()?)),
            Checked::Stale => Ok(Checked::Stale),
        }
    }

    /// The conversations leave first and the project is deleted last: a conversation that moves
    /// takes its locks in the same order, so the two cannot deadlock. A conversation that moved in
    /// between violates the foreign key, and the deletion is tried again.
    async fn delete(
        &self,
        owner: OwnerId,
        id: ProjectId,
        expected: &Expected,
    ) -> Result<Checked<bool>> {
        let key = (ids::stored(owner.ulid()), ids::stored(id.ulid()));
        let mut attempts = 0..ATTEMPTS;
        loop {
            let work = async |connection: &mut AsyncPgConnection| {
                if !is_expected(connection, key, expected).await? {
                    return Ok(Checked::Stale);
                }
                let (owner_id, project_id) = key;
                let leave = Leave {
                    owner_id,
                    project_id,
                };
                leave.write(connection).await?;
                let gone = diesel::delete(projects::table.find(key))
                    .write(connection)
                    .await?;
                Ok(Checked::Done(gone > 0))
            };
            let deleted = self
                .0
                .attempt(owner, async |connection| connection.transaction(work).await)
                .await?;
            match deleted {
                Err(error) if violates(&error, PROJECT) && attempts.next().is_some() => {}
                deleted => return deleted.map_err(storage),
            }
        }
    }
}

/// Whether the project is in an expected state, in which it then stays until the transaction ends;
/// or does not exist. Conversations may still move into it.
async fn is_expected(
    connection: &mut AsyncPgConnection,
    (owner_id, id): (Uuid, Uuid),
    expected: &Expected,
) -> QueryResult<bool> {
    if expected.is_any() {
        return Ok(true);
    }
    let find = FindLocked { owner_id, id };
    let Some(row) = find.fetch_optional::<ProjectRow>(connection).await? else {
        return Ok(true);
    };
    let project =
        Project::try_from(row).map_err(|error| DieselError::DeserializationError(error.into()))?;
    Ok(expected.holds(&project.tag()))
}

/// The bytes that an entry adds to a page.
fn size(project: &Project) -> usize {
    let description = project
        .description
        .as_ref()
        .map_or(0, |text| text.as_str().len());
    let instruction = project
        .instruction
        .as_ref()
        .map_or(0, |text| text.as_str().len());
    project.title.as_str().len() + description + instruction
}
