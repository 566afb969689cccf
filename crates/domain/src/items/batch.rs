use super::title_from;
use super::{Author, CallId, Item, NewItem};
use crate::error::{Error, Result};
use crate::id::{ConversationId, ItemId, Sequence};
use crate::repeats::{Made, Outcome};
use crate::title::Title;
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use ulid::Ulid;

/// An item without its sequence number.
#[derive(Clone, Debug)]
pub struct PendingItem {
    /// Time and randomness of the id-to-be; see [`ItemId::at`].
    pub seed: Ulid,
    pub item: NewItem,
    pub author: Author,
    /// The title for an untitled conversation.
    pub title: Option<Title>,
    pub now: DateTime<Utc>,
}

/// Messages of one request, in its order. They are stored together, or not at all.
#[derive(Clone, Debug)]
pub struct Batch(pub(super) Vec<BatchEntry>);

#[derive(Clone, Debug)]
pub(super) enum BatchEntry {
    New(PendingItem),
    /// An earlier request has stored it.
    Stored(Item),
}

/// Items that a conversation has, of those that were asked for.
#[derive(Clone, Debug)]
pub struct Present {
    /// How many items the conversation has in all.
    pub item_count: u32,
    /// `None` when their texts exceed [`Batch::MAX_BYTES`] together.
    pub items: Option<Vec<Item>>,
}

impl Batch {
    /// The most messages of one request.
    pub const MAX_ITEMS: usize = 100;

    /// The most bytes of text that are read for one answer: as many as a request may bring.
    pub const MAX_BYTES: usize = 16 * 1024 * 1024;

    /// The messages that are still to be stored.
    pub fn pending(&self) -> impl Iterator<Item = &PendingItem> + Clone {
        self.0.iter().filter_map(|entry| match entry {
            BatchEntry::New(pending) => Some(pending),
            BatchEntry::Stored(_) => None,
        })
    }

    pub(super) fn is_stored(&self) -> bool {
        self.pending().next().is_none()
    }

    /// The title for an untitled conversation.
    pub fn title(&self) -> Option<Title> {
        self.pending()
            .find_map(|one| title_from(one.item.role, &one.item.content))
    }

    /// The outcome, once the pending messages are stored from this number on.
    pub fn outcome(&self, conversation: ConversationId, first: Sequence) -> Outcome {
        let mut numbers = (first.0..).map(Sequence);
        let ids = self.0.iter().filter_map(|entry| match entry {
            BatchEntry::New(pending) => Some(ItemId::at(pending.seed, numbers.next()?)),
            BatchEntry::Stored(item) => Some(item.id),
        });
        Outcome::created(Made::Items(conversation, ids.collect()))
    }

    pub(super) fn items(self, first: Sequence) -> Vec<Item> {
        let mut numbers = (first.0..).map(Sequence);
        let each = self.0.into_iter().filter_map(|entry| match entry {
            BatchEntry::Stored(item) => Some(item),
            BatchEntry::New(PendingItem {
                seed,
                item,
                author,
                now,
                ..
            }) => Some(item.accepted(ItemId::at(seed, numbers.next()?), author, now)),
        });
        each.collect()
    }

    pub(super) fn call_ids(&self) -> Vec<&CallId> {
        self.pending()
            .filter_map(|one| one.item.call_id.as_ref())
            .collect()
    }

    /// The index in the request of the first message that does not fit.
    pub(super) fn first_over(&self, most: u32) -> Option<usize> {
        let entries = self.0.iter().enumerate();
        let mut new = entries.filter(|(_, entry)| matches!(entry, BatchEntry::New(_)));
        new.nth(most as usize).map(|(index, _)| index)
    }
}

/// Each call id occurs once.
pub(crate) fn unique(items: &[NewItem]) -> Result<()> {
    let mut call_ids = HashSet::new();
    for (index, item) in items.iter().enumerate() {
        if let Some(call_id) = &item.call_id
            && !call_ids.insert(call_id)
        {
            return Err(Error::invalid(
                format!("items[{index}].call_id"),
                "call_id must be unique within a conversation.",
            ));
        }
    }
    Ok(())
}
