use crate::postgres::items::append::Append;
use crate::postgres::roles::stored_role;
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A group of appends as one array per column.
pub(super) struct GroupArrays<'a> {
    pub(super) owner_ids: Vec<Uuid>,
    pub(super) conversation_ids: Vec<Uuid>,
    pub(super) nows: Vec<DateTime<Utc>>,
    pub(super) titles: Vec<Option<&'a str>>,
    pub(super) seeds: Vec<Vec<u8>>,
    pub(super) roles: Vec<i16>,
    pub(super) author_ids: Vec<Option<Uuid>>,
    pub(super) contents: Vec<&'a str>,
}

impl<'a> GroupArrays<'a> {
    pub(super) fn of(each: impl Iterator<Item = &'a Append> + Clone) -> Self {
        Self {
            owner_ids: each.clone().map(|append| append.key.0).collect(),
            conversation_ids: each.clone().map(|append| append.key.1).collect(),
            nows: each.clone().map(|append| append.pending.now).collect(),
            titles: each.clone().map(Append::title).collect(),
            seeds: each.clone().map(|append| append.seed().to_vec()).collect(),
            roles: each
                .clone()
                .map(|append| stored_role(append.pending.item.role))
                .collect(),
            author_ids: each.clone().map(Append::author_id).collect(),
            contents: each
                .map(|append| append.pending.item.content.as_str())
                .collect(),
        }
    }
}
