use crate::postgres::error::inconsistent;
use crate::postgres::ids;
use crate::postgres::row::row;
use chrono::{DateTime, Utc};
use domain::conversations::{Conversation, Flags, Metadata, Tags};
use domain::error::{Error, Result};
use domain::id::{ConversationId, ProjectId, Sequence};
use domain::title::Title;
use uuid::Uuid;

row!(
    ConversationRow of conversations {
        id: Uuid,
        project_id: Option<Uuid>,
        title: Option<String>,
        metadata: serde_json::Value,
        item_count: i32,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        archived: bool,
        pinned: bool,
        last_sequence: i32,
        revisions: i32,
        tags: Vec<String>,
    }
);

impl ConversationRow {
    /// Whether it has so many items.
    pub(in crate::postgres) fn has_items(&self, count: usize) -> bool {
        usize::try_from(self.item_count) == Ok(count)
    }
}

impl TryFrom<ConversationRow> for Conversation {
    type Error = Error;

    fn try_from(row: ConversationRow) -> Result<Self> {
        let title = row.title.map(|title| Title::stored(&title)).transpose();
        Ok(Self {
            id: ConversationId::new(ids::read(row.id)),
            title: title.map_err(inconsistent)?,
            project_id: row.project_id.map(|id| ProjectId::new(ids::read(id))),
            metadata: metadata(row.metadata)?,
            item_count: u32::try_from(row.item_count)
                .map_err(|error| Error::Internal(error.into()))?,
            flags: Flags {
                archived: row.archived,
                pinned: row.pinned,
            },
            tags: tags(row.tags),
            created_at: row.created_at,
            updated_at: row.updated_at,
            last_sequence: sequence(row.last_sequence)?,
            revisions: u32::try_from(row.revisions)
                .map_err(|error| Error::Internal(error.into()))?,
        })
    }
}

pub(in crate::postgres) fn sequence(stored: i32) -> Result<Sequence> {
    u32::try_from(stored)
        .map(Sequence)
        .map_err(|error| Error::Internal(error.into()))
}

fn metadata(stored: serde_json::Value) -> Result<Metadata> {
    let pairs = serde_json::from_value(stored).map_err(|error| Error::Internal(error.into()))?;
    Metadata::parse(pairs).map_err(inconsistent)
}

fn tags(stored: Vec<String>) -> Tags {
    let names = stored.into_iter().filter(|part| !part.starts_with(' '));
    Tags::stored(names.collect())
}

/// Tags in their stored form: each is followed by a space and its key.
pub(in crate::postgres) fn stored_tags(tags: &Tags) -> Vec<String> {
    let pairs = tags.names().iter().zip(tags.keys());
    let parts = pairs.flat_map(|(name, key)| [name.clone(), stored_key(&key)]);
    parts.collect()
}

pub(in crate::postgres) fn stored_key(key: &str) -> String {
    format!(" {key}")
}

/// Metadata in its stored form: an object of strings.
pub(in crate::postgres) fn stored_metadata(metadata: &Metadata) -> serde_json::Value {
    let pairs = metadata.pairs().iter();
    serde_json::Value::Object(
        pairs
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect(),
    )
}
