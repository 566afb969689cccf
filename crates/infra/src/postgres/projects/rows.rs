use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::row::{Sql, names, row, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::conversations::{Change, Flags};
use domain::error::{Error, Result};
use domain::id::ProjectId;
use domain::projects::{Description, Instruction, Project, ProjectChanges, ProjectTitle};
use uuid::Uuid;

row!(
    /// The columns of a project.
    Own of projects {
        id: Uuid,
        title: String,
        description: Option<String>,
        instruction: Option<String>,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        archived: bool,
        pinned: bool,
    }
);

row!(ProjectRow { own: Own => Sql<Own>, conversation_count: i64 => BigInt });

/// The names of a [`ProjectRow`]'s columns, of the project `p`. Conversations are counted in each query: a
/// stored counter would make every creation and move in a project wait for the others. The owner is
/// named by its parameter: where tables are divided by owner, only so is one part of them read.
macro_rules! columns {
    ($owner:literal, $project:literal) => {
        sql!(
            names!(Own, "p."),
            ", (select count(*) from conversations c
                where c.owner_id = ",
            $owner,
            " and c.project_id = ",
            $project,
            ")"
        )
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
        archived: bool => Bool,
        pinned: bool => Bool,
    } -> (),
    "insert into projects (owner_id, id, title, description, instruction, created_at, updated_at,
        archived, pinned)
    select $1, $2, $3, $4, $5, $6, $6, $7, $8
    where not exists (select from removed_owners where owner_id = $1)"
);

statement!(
    Find { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid } -> Sql<ProjectRow>,
    sql!("select ", columns!("$1", "p.id"), " from projects p where p.owner_id = $1 and p.id = $2")
);

statement!(
    /// A project, locked until the transaction ends.
    FindLocked { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid } -> Sql<ProjectRow>,
    sql!(
        "select ", columns!("$1", "p.id"), " from projects p where p.owner_id = $1 and p.id = $2
        for no key update of p"
    )
);

statement!(
    /// `None` shows both.
    OldestFirst {
        owner_id: Uuid => SqlUuid,
        after: Uuid => SqlUuid,
        archived: Option<bool> => Nullable<Bool>,
        pinned: Option<bool> => Nullable<Bool>,
        limit: i64 => BigInt,
    } -> Sql<ProjectRow>,
    sql!(
        "select ", columns!("$1", "p.id"), " from projects p
        where p.owner_id = $1 and p.id > $2 and p.archived = coalesce($3, p.archived)
            and p.pinned = coalesce($4, p.pinned)
        order by p.id asc limit $5"
    )
);

statement!(
    /// `None` shows both.
    NewestFirst {
        owner_id: Uuid => SqlUuid,
        after: Uuid => SqlUuid,
        archived: Option<bool> => Nullable<Bool>,
        pinned: Option<bool> => Nullable<Bool>,
        limit: i64 => BigInt,
    } -> Sql<ProjectRow>,
    sql!(
        "select ", columns!("$1", "p.id"), " from projects p
        where p.owner_id = $1 and p.id < $2 and p.archived = coalesce($3, p.archived)
            and p.pinned = coalesce($4, p.pinned)
        order by p.id desc limit $5"
    )
);

statement!(
    /// `None` counts both.
    Count {
        owner_id: Uuid => SqlUuid,
        archived: Option<bool> => Nullable<Bool>,
        pinned: Option<bool> => Nullable<Bool>,
        most: i64 => BigInt,
    } -> BigInt,
    "select count(*) from (
        select from projects
        where owner_id = $1 and archived = coalesce($2, archived)
            and pinned = coalesce($3, pinned)
        limit $4
    ) counted"
);

statement!(
    /// Removes all conversations from a project. They are locked in the order of their ids, as in a
    /// bulk deletion.
    Leave { owner_id: Uuid => SqlUuid, project_id: Uuid => SqlUuid } -> (),
    "with inside as (
        select id from conversations
        where owner_id = $1 and project_id = $2
        order by id for no key update
    )
    update conversations c set project_id = null from inside i
    where c.owner_id = $1 and c.id = i.id"
);

statement!(
    /// Changes the given fields, and returns the changed project.
    Update<'a> {
        now: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        title: Option<&'a str> => Nullable<Text>,
        sets_description: bool => Bool,
        description: Option<&'a str> => Nullable<Text>,
        sets_instruction: bool => Bool,
        instruction: Option<&'a str> => Nullable<Text>,
        archived: Option<bool> => Nullable<Bool>,
        pinned: Option<bool> => Nullable<Bool>,
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> Sql<ProjectRow>,
    sql!(
        "with p as (
            update projects set updated_at = coalesce($1, updated_at), title = coalesce($2, title),
                description = case when $3 then $4 else description end,
                instruction = case when $5 then $6 else instruction end,
                archived = coalesce($7, archived), pinned = coalesce($8, pinned)
            where owner_id = $9 and id = $10
            returning *
        )
        select ", columns!("$9", "$10"), " from p"
    )
);

impl<'a> Update<'a> {
    pub(super) fn new(
        (owner_id, id): (Uuid, Uuid),
        changes: &'a ProjectChanges,
        now: DateTime<Utc>,
    ) -> Self {
        let (sets_description, description) = match &changes.description {
            Change::Keep => (false, None),
            Change::Set(text) => (true, text.as_ref().map(Description::as_str)),
        };
        let (sets_instruction, instruction) = match &changes.instruction {
            Change::Keep => (false, None),
            Change::Set(text) => (true, text.as_ref().map(Instruction::as_str)),
        };
        Self {
            now: changes.are_of_texts().then_some(now),
            title: match &changes.title {
                Change::Keep => None,
                Change::Set(title) => Some(title.as_str()),
            },
            sets_description,
            description,
            sets_instruction,
            instruction,
            archived: changes.flags.archived.or(None, |archived| Some(*archived)),
            pinned: changes.flags.pinned.or(None, |pinned| Some(*pinned)),
            owner_id,
            id,
        }
    }
}

impl TryFrom<ProjectRow> for Project {
    type Error = Error;

    fn try_from(
        ProjectRow {
            own: row,
            conversation_count,
        }: ProjectRow,
    ) -> Result<Self> {
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
            title: ProjectTitle::stored(&row.title).map_err(inconsistent)?,
            description: description.map_err(inconsistent)?,
            instruction: instruction.map_err(inconsistent)?,
            conversation_count: u64::try_from(conversation_count)
                .map_err(|error| Error::Internal(error.into()))?,
            flags: Flags {
                archived: row.archived,
                pinned: row.pinned,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
