//! Rows as they are written.

use super::rows;
use crate::postgres::ids;
use crate::postgres::schema::conversations;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::conversations::{Change, ConversationChanges, NewConversation, TitleSource};
use uuid::Uuid;

pub(super) struct NewRow {
    pub(super) owner_id: Uuid,
    pub(super) id: Uuid,
    pub(super) project_id: Option<Uuid>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) title_source: i16,
    pub(super) title: Option<String>,
    pub(super) metadata: serde_json::Value,
    pub(super) archived: bool,
    pub(super) pinned: bool,
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
}

impl From<&NewConversation> for NewRow {
    fn from(new: &NewConversation) -> Self {
        Self {
            owner_id: ids::stored(new.owner_id.ulid()),
            id: ids::stored(new.id.ulid()),
            project_id: new.project_id.map(|id| ids::stored(id.ulid())),
            created_at: new.created_at,
            title_source: stored_source(new.title.as_ref().map(|(_, source)| *source)),
            title: new
                .title
                .as_ref()
                .map(|(title, _)| title.as_str().to_owned()),
            metadata: rows::stored_metadata(&new.metadata),
            archived: new.flags.archived,
            pinned: new.flags.pinned,
        }
    }
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
