use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, SmallInt, Text, Timestamptz};
use domain::error::{Error, Result};
use domain::id::{ItemId, OwnerId};
use domain::items::{Author, CallId, Content, Item, Role, Version};
use uuid::Uuid;

/// The columns of a [`Row`].
pub(in crate::postgres) type Sql = (
    diesel::sql_types::Uuid,
    Timestamptz,
    Timestamptz,
    Integer,
    SmallInt,
    Nullable<diesel::sql_types::Uuid>,
    Nullable<Text>,
    Nullable<Text>,
    Text,
);

/// The names of those columns, in the same order.
macro_rules! columns {
    () => {
        "i.id, i.created_at, i.updated_at, i.version, i.role, i.author_id, i.call_id, i.model, \
         i.content"
    };
}
pub(in crate::postgres) use columns;

#[derive(Queryable)]
pub(in crate::postgres) struct Row {
    id: Uuid,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
    role: i16,
    author_id: Option<Uuid>,
    call_id: Option<String>,
    model: Option<String>,
    content: String,
}

impl Row {
    pub(in crate::postgres) fn id(&self) -> ItemId {
        ItemId::new(ids::read(self.id))
    }

    pub(super) fn content(&self) -> &str {
        &self.content
    }

    pub(super) fn version(&self) -> i32 {
        self.version
    }
}

impl TryFrom<Row> for Item {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let call_id = row.call_id.map(CallId::parse).transpose();
        Ok(Self {
            id: ItemId::new(ids::read(row.id)),
            role: role(row.role)?,
            content: Content::parse(row.content).map_err(inconsistent)?,
            call_id: call_id.map_err(inconsistent)?,
            model: row.model,
            version: u32::try_from(row.version).map_err(|error| Error::Internal(error.into()))?,
            author: match row.author_id {
                None => Author::Owner,
                Some(user) => Author::Link {
                    user_id: OwnerId::new(ids::read(user)),
                },
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The columns of a [`VersionRow`].
pub(in crate::postgres) type VersionSql = (Integer, Text, Nullable<Text>, Timestamptz, Bool);

#[derive(Queryable)]
pub(in crate::postgres) struct VersionRow {
    number: i32,
    content: String,
    model: Option<String>,
    created_at: DateTime<Utc>,
    current: bool,
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self> {
        Ok(Self {
            number: u32::try_from(row.number).map_err(|error| Error::Internal(error.into()))?,
            content: Content::parse(row.content).map_err(inconsistent)?,
            model: row.model,
            created_at: row.created_at,
            current: row.current,
        })
    }
}

/// The columns of a [`HeadRow`].
pub(in crate::postgres) type HeadSql = (
    diesel::sql_types::Uuid,
    Timestamptz,
    SmallInt,
    Nullable<diesel::sql_types::Uuid>,
    Nullable<Text>,
);

/// What an item has beside its versions.
#[derive(Queryable)]
pub(in crate::postgres) struct HeadRow {
    id: Uuid,
    created_at: DateTime<Utc>,
    role: i16,
    author_id: Option<Uuid>,
    call_id: Option<String>,
}

impl HeadRow {
    pub(super) fn with(self, current: VersionRow) -> Row {
        Row {
            id: self.id,
            created_at: self.created_at,
            updated_at: current.created_at,
            version: current.number,
            role: self.role,
            author_id: self.author_id,
            call_id: self.call_id,
            model: current.model,
            content: current.content,
        }
    }
}

pub(in crate::postgres) fn role(stored: i16) -> Result<Role> {
    match stored {
        0 => Ok(Role::System),
        1 => Ok(Role::Developer),
        2 => Ok(Role::User),
        3 => Ok(Role::Assistant),
        4 => Ok(Role::Tool),
        other => Err(Error::Internal(format!("{other} is not a role").into())),
    }
}

pub(in crate::postgres) fn stored_role(role: Role) -> i16 {
    match role {
        Role::System => 0,
        Role::Developer => 1,
        Role::User => 2,
        Role::Assistant => 3,
        Role::Tool => 4,
    }
}

/// Many items as one array per column, which travel as single parameters whatever their number.
pub(in crate::postgres) struct Columns<'a> {
    pub(in crate::postgres) ids: Vec<Uuid>,
    pub(in crate::postgres) sequences: Vec<i32>,
    pub(in crate::postgres) roles: Vec<i16>,
    pub(in crate::postgres) call_ids: Vec<Option<&'a str>>,
    pub(in crate::postgres) contents: Vec<&'a str>,
}

impl<'a> From<&'a [Item]> for Columns<'a> {
    fn from(items: &'a [Item]) -> Self {
        let each = items.iter();
        Self {
            ids: each
                .clone()
                .map(|item| ids::stored(item.id.ulid()))
                .collect(),
            sequences: each
                .clone()
                .map(|item| item.id.sequence().0.cast_signed())
                .collect(),
            roles: each.clone().map(|item| stored_role(item.role)).collect(),
            call_ids: each
                .clone()
                .map(|item| item.call_id.as_ref().map(CallId::as_str))
                .collect(),
            contents: each.map(|item| item.content.as_str()).collect(),
        }
    }
}

/// What a row says, where there is one.
pub(super) fn item(row: Option<Row>) -> Result<Option<Item>> {
    row.map(Item::try_from).transpose()
}

/// What each row says.
pub(super) fn items(rows: Vec<Row>) -> Result<Vec<Item>> {
    rows.into_iter().map(Item::try_from).collect()
}

/// What these texts add to the size of their conversation: a message counts 128 bytes for itself.
pub(in crate::postgres) fn bytes<'a>(texts: impl IntoIterator<Item = &'a str>) -> i64 {
    // A request is 16 MiB at the most.
    texts.into_iter().map(|text| text.len() as i64 + 128).sum()
}
