use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, SmallInt, Text, Timestamptz};
use domain::error::{Error, Result};
use domain::id::{ItemId, OwnerId};
use domain::items::{Author, CallId, Content, Item, Role, Version};
use domain::state::Tag;
use domain::thoughts::{self, Apart, Extent};
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
    Nullable<Text>,
    Bool,
);

/// The names of those columns, in the same order.
macro_rules! columns {
    () => {
        $crate::postgres::items::rows::columns!("i.content")
    };
    ($content:expr) => {
        $crate::postgres::items::rows::columns!(
            $content,
            $crate::postgres::items::rows::reasoning!("i")
        )
    };
    ($content:expr, $reasoning:expr) => {
        concat!(
            "i.id, i.created_at, i.updated_at, i.version, i.role, i.author_id, i.call_id, \
             i.model, ",
            $content,
            ", ",
            $reasoning,
            ", ",
            $crate::postgres::items::rows::unparted!("i")
        )
    };
}
pub(in crate::postgres) use columns;

/// The thoughts that are stored beside a text. Empty: thoughts within the text are not for its
/// owner.
macro_rules! reasoning {
    ($row:literal) => {
        concat!(
            "case ",
            $row,
            ".reasoning_version when ",
            $row,
            ".version then ",
            $row,
            ".reasoning when 0 then '' end"
        )
    };
}
pub(in crate::postgres) use reasoning;

/// Whether a text may contain thoughts.
macro_rules! unparted {
    ($row:literal) => {
        concat!(
            "(",
            $row,
            ".model is not null and ",
            $row,
            ".reasoning_version is distinct from ",
            $row,
            ".version or ",
            $row,
            ".reasoning_version is not distinct from 0)"
        )
    };
}
pub(in crate::postgres) use unparted;

/// The size of a row's texts in bytes.
macro_rules! size {
    ($row:literal) => {
        concat!(
            "octet_length(",
            $row,
            "content) + coalesce(octet_length(",
            $row,
            "reasoning), 0)"
        )
    };
}
pub(in crate::postgres) use size;

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
    reasoning: Option<String>,
    /// Whether the content may contain thoughts.
    unparted: bool,
}

/// Separates a text from its thoughts, for texts that were stored before these were kept apart.
pub(in crate::postgres) fn apart(
    content: String,
    reasoning: Option<String>,
    unparted: bool,
) -> (String, Option<String>) {
    if unparted {
        let Apart { text, thoughts } = thoughts::apart(&content, Extent::Whole);
        // If the text consists only of thoughts, it is shown as it is.
        if !text.trim().is_empty() {
            let thoughts = thoughts.filter(|_| reasoning.is_none());
            return (text, thoughts);
        }
    }
    let reasoning = reasoning.filter(|reasoning| !reasoning.is_empty());
    (content, reasoning)
}

/// A row that may be large.
pub(in crate::postgres) trait Bytes {
    fn bytes(&self) -> usize;

    /// The bytes of the largest row.
    fn largest<'a>(rows: impl IntoIterator<Item = &'a Self>) -> usize
    where
        Self: 'a,
    {
        rows.into_iter().map(Self::bytes).max().unwrap_or(0)
    }
}

impl Bytes for Row {
    fn bytes(&self) -> usize {
        self.content.len() + self.reasoning.as_ref().map_or(0, String::len)
    }
}

impl Bytes for VersionRow {
    fn bytes(&self) -> usize {
        self.content.len() + self.reasoning.as_ref().map_or(0, String::len)
    }
}

impl Row {
    pub(in crate::postgres) fn id(&self) -> ItemId {
        ItemId::new(ids::read(self.id))
    }

    /// Whether this is the text as it is shown.
    pub(super) fn says(&self, text: &str) -> bool {
        match self.unparted {
            false => self.content == text,
            true => apart(self.content.clone(), None, true).0 == text,
        }
    }

    /// The item's place in its conversation.
    pub(in crate::postgres) fn sequence(&self) -> i32 {
        self.id().sequence().0.cast_signed()
    }

    pub(super) fn version(&self) -> i32 {
        self.version
    }

    pub(super) fn tag(&self) -> Tag {
        Tag::number(self.version.cast_unsigned())
    }
}

impl TryFrom<Row> for Item {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let call_id = row.call_id.map(CallId::parse).transpose();
        let (content, reasoning) = apart(row.content, row.reasoning, row.unparted);
        Ok(Self {
            id: ItemId::new(ids::read(row.id)),
            role: role(row.role)?,
            content: Content::parse(content).map_err(inconsistent)?,
            reasoning,
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
pub(in crate::postgres) type VersionSql = (
    Integer,
    Text,
    Nullable<Text>,
    Timestamptz,
    Bool,
    Nullable<Text>,
    Bool,
);

#[derive(Queryable)]
pub(in crate::postgres) struct VersionRow {
    number: i32,
    content: String,
    model: Option<String>,
    created_at: DateTime<Utc>,
    current: bool,
    reasoning: Option<String>,
    unparted: bool,
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self> {
        let (content, reasoning) = apart(row.content, row.reasoning, row.unparted);
        Ok(Self {
            number: u32::try_from(row.number).map_err(|error| Error::Internal(error.into()))?,
            content: Content::parse(content).map_err(inconsistent)?,
            reasoning,
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

/// The columns of an item beside those of its versions.
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
            reasoning: current.reasoning,
            unparted: current.unparted,
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

/// Many items as one array per column: one parameter per column, for any number of items.
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

/// The item of a row, if there is one.
pub(super) fn item(row: Option<Row>) -> Result<Option<Item>> {
    row.map(Item::try_from).transpose()
}

/// The items of the rows.
pub(super) fn items(rows: Vec<Row>) -> Result<Vec<Item>> {
    rows.into_iter().map(Item::try_from).collect()
}

/// The bytes that these texts add to the size of their conversation: each message adds 128 bytes.
pub(in crate::postgres) fn bytes<'a>(texts: impl IntoIterator<Item = &'a str>) -> i64 {
    // A request has at most 16 MiB.
    texts.into_iter().map(|text| text.len() as i64 + 128).sum()
}
