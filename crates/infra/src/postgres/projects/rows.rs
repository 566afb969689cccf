use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::schema::projects;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::conversations::Change;
use domain::error::{Error, Result};
use domain::id::ProjectId;
use domain::projects::{Description, Instruction, Project, ProjectChanges, ProjectTitle};
use uuid::Uuid;

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
pub(super) struct Row {
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
    /// Stores a project, unless its owner has been removed.
    Insert<'a> {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
        title: &'a str => Text,
        description: Option<&'a str> => Nullable<Text>,
        instruction: Option<&'a str> => Nullable<Text>,
        now: DateTime<Utc> => Timestamptz,
    } -> (),
    "insert into projects (owner_id, id, title, description, instruction, created_at, updated_at)
    select $1, $2, $3, $4, $5, $6, $6
    where not exists (select from removed_owners where owner_id = $1)"
);

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

/// `None` keeps what is there.
#[derive(AsChangeset)]
#[diesel(table_name = projects)]
pub(super) struct ChangedRow<'a> {
    title: Option<&'a str>,
    description: Option<Option<&'a str>>,
    instruction: Option<Option<&'a str>>,
    updated_at: DateTime<Utc>,
}

impl<'a> ChangedRow<'a> {
    pub(super) fn new(changes: &'a ProjectChanges, now: DateTime<Utc>) -> Self {
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
