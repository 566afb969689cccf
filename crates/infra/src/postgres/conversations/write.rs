//! New rows, and changes of rows.

use crate::postgres::conversation_rows::rows;
use crate::postgres::ids;
use crate::postgres::item_rows::arrays::ItemArrays;
use crate::postgres::item_rows::rows::ADD_ITEMS;
use crate::postgres::jobs::{ADD_JOBS, TITLE_JOB};
use crate::postgres::row::{joined, parameters, sql};
use crate::postgres::schema::conversations;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use domain::conversations::{Change, ConversationChanges, NewConversation};
use domain::title::{Title, TitleSource};
use uuid::Uuid;

/// Declares the columns that a person or a client gives a new conversation, and the statements that store it: its
/// columns are listed once.
macro_rules! given {
    ($($field:ident: $rust:ty => $sql:ty),+ $(,)?) => {
        const GIVEN: &[&str] = &[$(stringify!($field)),+];

        statement!(
            /// Stores a conversation, unless its owner has been removed. PostgreSQL does it in two thirds of
            /// the time that the statement with items takes for an empty one.
            Insert<'a> {
                owner_id: Uuid => SqlUuid,
                id: Uuid => SqlUuid,
                now: DateTime<Utc> => Timestamptz,
                $($field: $rust => $sql),+
            } -> (),
            sql!(
                "insert into conversations (owner_id, id, created_at, updated_at, ",
                joined!(GIVEN, "", ", "), ")
                select $1, $2, $3, $3, ", parameters!(4, GIVEN.len()), "
                where not exists (select from removed_owners where owner_id = $1)"
            )
        );

        statement!(
            /// Stores a conversation that has items, without them, where Citus keeps the tables in parts.
            InsertCounted<'a> {
                owner_id: Uuid => SqlUuid,
                id: Uuid => SqlUuid,
                now: DateTime<Utc> => Timestamptz,
                item_count: i32 => Integer,
                bytes: i64 => BigInt,
                $($field: $rust => $sql),+
            } -> (),
            INSERT_COUNTED
        );

        statement!(
            /// Stores a conversation and its first items, unless its owner has been removed, and queues it
            /// for a better title if one of the items names it.
            InsertWithItems<'a> {
                owner_id: Uuid => SqlUuid,
                id: Uuid => SqlUuid,
                now: DateTime<Utc> => Timestamptz,
                item_count: i32 => Integer,
                bytes: i64 => BigInt,
                $($field: $rust => $sql),+,
                titles_due: Option<DateTime<Utc>> => Nullable<Timestamptz>,
                item_ids: &'a [Uuid] => Array<SqlUuid>,
                sequences: &'a [i32] => Array<Integer>,
                roles: &'a [i16] => Array<SmallInt>,
                call_ids: &'a [Option<&'a str>] => Array<Nullable<Text>>,
                contents: &'a [&'a str] => Array<Text>,
                types: &'a [Option<&'a str>] => Array<Nullable<Text>>,
                parts: &'a [Option<&'a str>] => Array<Nullable<Text>>,
                shown: &'a [Option<String>] => Array<Nullable<Text>>,
                reasonings: &'a [Option<&'a str>] => Array<Nullable<Text>>,
            } -> Integer,
            sql!("with conversation as (
                ", INSERT_COUNTED, "
                returning owner_id, id, title_source
            ),
            queued as (
                ", ADD_JOBS, "
                select owner_id, ", TITLE_JOB, ", id, id, $3, ", parameters!(6 + GIVEN.len(), 1), " from conversation
                where title_source = 2 and ", parameters!(6 + GIVEN.len(), 1), " is not null
            )
            ", ADD_ITEMS, ", call_id, content, item_type, parts, shown, reasoning,
                parts_version, reasoning_version)
            select c.owner_id, c.id, i.id, $3, $3, i.sequence, i.role, i.call_id, i.content, i.item_type,
                i.parts, i.shown, i.reasoning, case when i.parts is not null then 1 end,
                case when i.reasoning is not null then 1 end
            from conversation c, unnest(", parameters!(7 + GIVEN.len(), 9), ")
                as i(id, sequence, role, call_id, content, item_type, parts, shown, reasoning)")
        );

        impl<'a> Insert<'a> {
            pub(super) fn with(
                self,
                items: &'a ItemArrays<'a>,
                titles_due: Option<DateTime<Utc>>,
            ) -> InsertWithItems<'a> {
                InsertWithItems {
                    owner_id: self.owner_id,
                    id: self.id,
                    now: self.now,
                    // As many as a request may bring: at most 100.
                    item_count: items.ids.len() as i32,
                    bytes: items.bytes,
                    $($field: self.$field),+,
                    titles_due,
                    item_ids: &items.ids,
                    sequences: &items.sequences,
                    roles: &items.roles,
                    call_ids: &items.call_ids,
                    contents: &items.contents,
                    types: &items.parts.types,
                    parts: &items.parts.parts,
                    shown: &items.parts.shown,
                    reasonings: &items.reasonings,
                }
            }
        }

        impl<'a> InsertWithItems<'a> {
            /// The conversation without its items.
            pub(super) fn counted(self) -> InsertCounted<'a> {
                InsertCounted {
                    owner_id: self.owner_id,
                    id: self.id,
                    now: self.now,
                    item_count: self.item_count,
                    bytes: self.bytes,
                    $($field: self.$field),+
                }
            }
        }
    };
}

given! {
    project_id: Option<Uuid> => Nullable<SqlUuid>,
    title_source: i16 => SmallInt,
    title: Option<&'a str> => Nullable<Text>,
    metadata: serde_json::Value => Jsonb,
    archived: bool => Bool,
    pinned: bool => Bool,
    tags: Vec<String> => Array<Text>,
}

/// `$1` to `$5` are the owner, the id, the time, the number of items and their bytes.
const INSERT_COUNTED: &str = sql!(
    "insert into conversations (owner_id, id, created_at, updated_at, item_count, last_sequence,
        counted_sequence, bytes, ",
    joined!(GIVEN, "", ", "),
    ")
    select $1, $2, $3, $3, $4, $4, $4, $5, ",
    parameters!(6, GIVEN.len()),
    "
    where not exists (select from removed_owners where owner_id = $1)"
);

impl<'a> From<&'a NewConversation> for Insert<'a> {
    fn from(new: &'a NewConversation) -> Self {
        let conversation = &new.conversation;
        Self {
            owner_id: ids::stored(new.owner_id.ulid()),
            id: ids::stored(conversation.id.ulid()),
            project_id: conversation.project_id.map(|id| ids::stored(id.ulid())),
            now: conversation.created_at,
            title_source: stored_source(new.title_source),
            title: conversation.title.as_ref().map(Title::as_str),
            metadata: rows::stored_metadata(&conversation.metadata),
            archived: conversation.flags.archived,
            pinned: conversation.flags.pinned,
            tags: rows::stored_tags(&conversation.tags),
        }
    }
}

/// `None` keeps the current value.
#[derive(AsChangeset)]
#[diesel(table_name = conversations)]
pub(super) struct ChangedRow {
    pub(super) title: Option<Option<String>>,
    pub(super) title_source: Option<i16>,
    pub(super) project_id: Option<Option<Uuid>>,
    pub(super) metadata: Option<serde_json::Value>,
    pub(super) archived: Option<bool>,
    pub(super) pinned: Option<bool>,
    pub(super) tags: Option<Vec<String>>,
}

impl From<&ConversationChanges> for ChangedRow {
    fn from(changes: &ConversationChanges) -> Self {
        let title = match &changes.title {
            Change::Keep => None,
            Change::Set(title) => Some(title.as_ref().map(|title| title.as_str().to_owned())),
        };
        Self {
            title_source: title
                .as_ref()
                .map(|title| stored_source(title.as_ref().map(|_| TitleSource::Person))),
            title,
            project_id: match changes.project_id {
                Change::Keep => None,
                Change::Set(project) => Some(project.map(|id| ids::stored(id.ulid()))),
            },
            metadata: match &changes.metadata {
                Change::Keep => None,
                Change::Set(metadata) => Some(rows::stored_metadata(metadata)),
            },
            archived: changes.flags.archived.or(None, |archived| Some(*archived)),
            pinned: changes.flags.pinned.or(None, |pinned| Some(*pinned)),
            tags: changes.tags.or(None, |tags| Some(rows::stored_tags(tags))),
        }
    }
}

fn stored_source(source: Option<TitleSource>) -> i16 {
    match source {
        None => 0,
        Some(TitleSource::Person) => 1,
        Some(TitleSource::FirstMessage) => 2,
        Some(TitleSource::Model) => 3,
    }
}
