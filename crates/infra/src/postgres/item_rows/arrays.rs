//! Items as arrays, for statements that store many.

use super::parts::PartArrays;
use crate::postgres::ids;
use crate::postgres::roles::stored_role;
use domain::items::{CallId, Item};
use uuid::Uuid;

/// Many items as one array per column: one parameter per column, for any number of items.
pub(in crate::postgres) struct ItemArrays<'a> {
    pub(in crate::postgres) ids: Vec<Uuid>,
    pub(in crate::postgres) sequences: Vec<i32>,
    pub(in crate::postgres) roles: Vec<i16>,
    pub(in crate::postgres) call_ids: Vec<Option<&'a str>>,
    pub(in crate::postgres) contents: Vec<&'a str>,
    pub(in crate::postgres) parts: PartArrays<'a>,
    pub(in crate::postgres) reasonings: Vec<Option<&'a str>>,
    /// The size of the items in bytes, as it counts for their conversation: each has 128 more.
    pub(in crate::postgres) bytes: i64,
}

impl<'a> From<&'a [Item]> for ItemArrays<'a> {
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
            contents: each
                .clone()
                .map(|item| item.content.stored_text())
                .collect(),
            parts: each.clone().map(|item| &item.content).collect(),
            reasonings: each.clone().map(|item| item.reasoning.as_deref()).collect(),
            bytes: each.map(size).sum(),
        }
    }
}

fn size(item: &Item) -> i64 {
    // An empty text is stored as a blank. A request has at most 16 MiB.
    let blank = item.content.stored_text().len() - item.content.as_str().len();
    (item.bytes() + blank + 128) as i64
}
