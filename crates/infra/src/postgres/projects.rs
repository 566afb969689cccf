use super::conversations::PROJECT;
use super::database::Database;
use super::error::{inconsistent, storage, violates};
use super::ids;
use super::schema::projects;
use super::statement::statement;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use domain::conversations::Change;
use domain::error::{Error, Result};
use domain::id::{OwnerId, ProjectId};
use domain::page::{Order, Page};
use domain::projects::{
    Description, Instruction, NewProject, Project, ProjectChanges, ProjectList, ProjectStore,
    ProjectTitle,
};
use uuid::Uuid;

/// Projects in PostgreSQL.
pub struct PgProjects(pub Database);

type Sql = (
    SqlUuid,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    Timestamptz,
    Timestamptz,
    BigInt,
);

#[derive(Queryable)]
struct Row {
    id: Uuid,
    title: String,
    description: Option<String>,
    instruction: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    conversation_count: i64,
}

/// The columns of a [`Row`]. Conversations are counted, not tallied: a tally would make every
/// creation and move in a project wait for the others.
macro_rules! columns {
    () => {
        "p.id, p.title, p.description, p.instruction, p.created_at, p.updated_at, (
            select count(*) from conversations c
            where c.owner_id = p.owner_id and c.project_id = p.id
        )"
    };
}

statement!(
    Find { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid } -> Sql,
    concat!("select ", columns!(), " from projects p where p.owner_id = $1 and p.id = $2")
);

statement!(
    OldestFirst { owner_id: Uuid => SqlUuid, after: Uuid => SqlUuid, limit: i64 => BigInt } -> Sql,
    concat!(
        "select ", columns!(), " from projects p
        where p.owner_id = $1 and p.id > $2 order by p.id asc limit $3"
    )
);

statement!(
    NewestFirst { owner_id: Uuid => SqlUuid, after: Uuid => SqlUuid, limit: i64 => BigInt } -> Sql,
    concat!(
        "select ", columns!(), " from projects p
        where p.owner_id = $1 and p.id < $2 order by p.id desc limit $3"
    )
);

statement!(
    /// All conversations of a project leave it. They are locked in the order of their ids, as a bulk
    /// deletion does.
    Leave { owner_id: Uuid => SqlUuid, project_id: Uuid => SqlUuid } -> (),
    "with inside as (
        select owner_id, id from conversations
        where owner_id = $1 and project_id = $2
        order by id for no key update
    )
    update conversations c set project_id = null from inside i
    where c.owner_id = i.owner_id and c.id = i.id"
);

/// How often a project's deletion is begun again because a conversation moved into it meanwhile.
const ATTEMPTS: u8 = 20;

/// `None` keeps what is there.
#[derive(AsChangeset)]
#[diesel(table_name = projects)]
struct ChangedRow<'a> {
    title: Option<&'a str>,
    description: Option<Option<&'a str>>,
    instruction: Option<Option<&'a str>>,
    updated_at: DateTime<Utc>,
}

#[async_trait::async_trait]
impl ProjectStore for PgProjects {
    async fn insert(&self, owner: OwnerId, project: &NewProject) -> Result<()> {
        let insert = diesel::insert_into(projects::table).values((
            projects::owner_id.eq(ids::stored(owner.ulid())),
            projects::id.eq(ids::stored(project.id.ulid())),
            projects::title.eq(project.title.as_str()),
            projects::description.eq(project.description.as_ref().map(Description::as_str)),
            projects::instruction.eq(project.instruction.as_ref().map(Instruction::as_str)),
            projects::created_at.eq(project.created_at),
            projects::updated_at.eq(project.created_at),
        ));
        self.0
            .run(async |connection| insert.execute(connection).await)
            .await?;
        Ok(())
    }

    async fn find(&self, owner: OwnerId, id: ProjectId) -> Result<Option<Project>> {
        let (owner_id, id) = (ids::stored(owner.ulid()), ids::stored(id.ulid()));
        let find = Find { owner_id, id };
        let row: Option<Row> = self
            .0
            .run(async |connection| find.get_result(connection).await.optional())
            .await?;
        row.map(Project::try_from).transpose()
    }

    async fn list(&self, owner: OwnerId, list: &ProjectList) -> Result<Page<Project>> {
        let owner_id = ids::stored(owner.ulid());
        let after = list.after.map(|after| ids::stored(after.ulid()));
        // A limit is at most 100; one more shows whether more follow.
        let limit = list.limit.get() as i64 + 1;
        let rows: Vec<Row> = match list.order {
            Order::Ascending => {
                let page = OldestFirst {
                    owner_id,
                    after: after.unwrap_or(Uuid::nil()),
                    limit,
                };
                self.0
                    .run(async |connection| page.load(connection).await)
                    .await?
            }
            Order::Descending => {
                let page = NewestFirst {
                    owner_id,
                    after: after.unwrap_or(Uuid::max()),
                    limit,
                };
                self.0
                    .run(async |connection| page.load(connection).await)
                    .await?
            }
        };
        let data = rows
            .into_iter()
            .map(Project::try_from)
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::of(data, list.limit, size))
    }

    async fn update(
        &self,
        owner: OwnerId,
        id: ProjectId,
        changes: &ProjectChanges,
        now: DateTime<Utc>,
    ) -> Result<Option<Project>> {
        let key = (ids::stored(owner.ulid()), ids::stored(id.ulid()));
        let update = diesel::update(projects::table.find(key)).set(ChangedRow::new(changes, now));
        let changed = self
            .0
            .run(async |connection| update.execute(connection).await)
            .await?;
        if changed == 0 {
            return Ok(None);
        }
        self.find(owner, id).await
    }

    /// The conversations leave first and the project goes last: that is the order in which a
    /// conversation that moves takes its locks, too, so that neither waits for the other in a circle.
    /// One that moved in between is found by the foreign key, and all begins again.
    async fn delete(&self, owner: OwnerId, id: ProjectId) -> Result<bool> {
        let key = (ids::stored(owner.ulid()), ids::stored(id.ulid()));
        let mut attempts = 0..ATTEMPTS;
        loop {
            let work = async |connection: &mut AsyncPgConnection| {
                let (owner_id, project_id) = key;
                let leave = Leave {
                    owner_id,
                    project_id,
                };
                leave.execute(connection).await?;
                diesel::delete(projects::table.find(key))
                    .execute(connection)
                    .await
            };
            let deleted = self
                .0
                .attempt(async |connection| connection.transaction(work).await)
                .await?;
            match deleted {
                Err(error) if violates(&error, PROJECT) && attempts.next().is_some() => {}
                deleted => return Ok(deleted.map_err(storage)? > 0),
            }
        }
    }
}

/// What an entry adds to the bytes of a page.
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

impl<'a> ChangedRow<'a> {
    fn new(changes: &'a ProjectChanges, now: DateTime<Utc>) -> Self {
        Self {
            title: match &changes.title {
                Change::Keep => None,
                Change::Set(title) => Some(title.as_str()),
            },
            description: match &changes.description {
                Change::Keep => None,
                Change::Set(text) => Some(text.as_ref().map(Description::as_str)),
            },
            instruction: match &changes.instruction {
                Change::Keep => None,
                Change::Set(text) => Some(text.as_ref().map(Instruction::as_str)),
            },
            updated_at: now,
        }
    }
}

impl TryFrom<Row> for Project {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let description = row
            .description
            .map(|text| Description::parse(&text))
            .transpose();
        let instruction = row
            .instruction
            .map(|text| Instruction::parse(&text))
            .transpose();
        Ok(Self {
            id: ProjectId::new(ids::read(row.id)),
            title: ProjectTitle::parse(&row.title).map_err(inconsistent)?,
            description: description.map_err(inconsistent)?,
            instruction: instruction.map_err(inconsistent)?,
            conversation_count: u64::try_from(row.conversation_count)
                .map_err(|error| Error::Internal(error.into()))?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
