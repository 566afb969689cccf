use super::{Appended, Author, CallId, Item, ItemService, MAX_ITEMS, NewItem, PendingItem};
use crate::conversations::Title;
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::repeats::{self, Made, Outcome};
use std::collections::{BTreeMap, HashSet};

/// How often a batch is tried whose call ids are taken, or whose room is, while it is stored.
const ATTEMPTS: u8 = 3;

/// Messages of one request, in its order: they are stored together, or none of them.
#[derive(Clone, Debug)]
pub struct Batch(Vec<Entry>);

#[derive(Clone, Debug)]
enum Entry {
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
            Entry::New(pending) => Some(pending),
            Entry::Stored(_) => None,
        })
    }

    fn is_stored(&self) -> bool {
        self.pending().next().is_none()
    }

    /// The title for an untitled conversation.
    pub fn title(&self) -> Option<Title> {
        self.pending()
            .find_map(|one| Title::from_message(one.item.role, &one.item.content))
    }

    /// The outcome, once the pending messages are stored from this number on.
    pub fn outcome(&self, conversation: ConversationId, first: Sequence) -> Outcome {
        let mut numbers = (first.0..).map(Sequence);
        let ids = self.0.iter().filter_map(|entry| match entry {
            Entry::New(pending) => Some(ItemId::at(pending.seed, numbers.next()?)),
            Entry::Stored(item) => Some(item.id),
        });
        Outcome::created(Made::Items(conversation, ids.collect()))
    }

    fn items(self, first: Sequence) -> Vec<Item> {
        let mut numbers = (first.0..).map(Sequence);
        let each = self.0.into_iter().filter_map(|entry| match entry {
            Entry::Stored(item) => Some(item),
            Entry::New(PendingItem {
                seed,
                item,
                author,
                now,
                ..
            }) => Some(item.accepted(ItemId::at(seed, numbers.next()?), author, now)),
        });
        each.collect()
    }

    fn call_ids(&self) -> Vec<&CallId> {
        self.pending()
            .filter_map(|one| one.item.call_id.as_ref())
            .collect()
    }

    /// The place in the request of the first message that does not fit.
    fn first_over(&self, room: u32) -> Option<usize> {
        let places = self.0.iter().enumerate();
        let mut new = places.filter(|(_, entry)| matches!(entry, Entry::New(_)));
        new.nth(room as usize).map(|(place, _)| place)
    }
}

impl ItemService {
    /// Adds messages at the end, in order, all or none. A message whose call id an item with the
    /// same role and content has is answered with that item.
    pub async fn append_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        items: Vec<NewItem>,
    ) -> Result<Vec<Item>> {
        let mut batch = self.batch_of(items)?;
        if let Err(full) = self.usage.room_for_text(owner) {
            // What was stored before is found by its call ids.
            if !batch.call_ids().is_empty() {
                self.recognise(owner, conversation, &mut batch).await?;
            }
            return match batch.is_stored() {
                true => stored(conversation, batch),
                false => Err(full),
            };
        }
        for _ in 0..ATTEMPTS {
            let appended = self.store.append_all(owner, conversation, &batch).await?;
            let is_full = match appended {
                Appended::At(first) => return Ok(batch.items(first)),
                Appended::NoConversation => return Err(Resource::Conversation.absent()),
                Appended::Full => true,
                Appended::CallIdTaken => false,
            };
            let pending = batch.pending().count();
            let count = self.recognise(owner, conversation, &mut batch).await?;
            match batch.pending().count() {
                0 => return stored(conversation, batch),
                left if is_full && left == pending => {
                    // Where something was deleted in between, they may fit now.
                    if let Some(place) = batch.first_over(MAX_ITEMS.saturating_sub(count)) {
                        return Err(Error::Conflict(Conflict::ConversationFull).of_item(place));
                    }
                }
                _ => {}
            }
        }
        Err(Error::Overloaded { retry_after: 1 })
    }

    fn batch_of(&self, items: Vec<NewItem>) -> Result<Batch> {
        if !(1..=Batch::MAX_ITEMS).contains(&items.len()) {
            return Err(Error::invalid(
                "items",
                "items must have 1 to 100 messages.",
            ));
        }
        unique(&items)?;
        let now = self.clock.now();
        let each = items.into_iter().map(|item| {
            Entry::New(PendingItem {
                seed: self.ids.ulid(),
                item,
                author: Author::Owner,
                title: None,
                now,
            })
        });
        Ok(Batch(each.collect()))
    }

    /// Finds the messages that are stored already. Returns how many items the conversation has. A
    /// conflict where an item with a message's call id has another role or content.
    async fn recognise(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        batch: &mut Batch,
    ) -> Result<u32> {
        let call_ids = batch.call_ids();
        let found = self
            .store
            .find_by_call_ids(owner, conversation, &call_ids)
            .await?;
        let Present { item_count, items } = found.ok_or_else(|| Resource::Conversation.absent())?;
        let mut items = items.ok_or_else(too_long)?;
        for (place, entry) in batch.0.iter_mut().enumerate() {
            let Entry::New(PendingItem { item: sent, .. }) = entry else {
                continue;
            };
            let is_it = |item: &Item| sent.call_id.is_some() && item.call_id == sent.call_id;
            let Some(index) = items.iter().position(is_it) else {
                continue;
            };
            let item = items.swap_remove(index);
            if !self.is_repeated(owner, conversation, &item, sent).await? {
                return Err(Error::Conflict(Conflict::CallIdConflict).of_item(place));
            }
            *entry = Entry::Stored(item);
        }
        Ok(item_count)
    }

    /// These items, in this order. An error where one of them was deleted since.
    pub async fn get_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ids: &[ItemId],
    ) -> Result<Vec<Item>> {
        let found = self.store.find_all(owner, conversation, ids).await?;
        let Present { items, .. } = found.ok_or_else(|| Resource::Conversation.absent())?;
        let items = items.ok_or_else(too_long)?.into_iter();
        let mut found: BTreeMap<_, _> = items.map(|item| (item.id.sequence(), item)).collect();
        let ordered = ids.iter().map(|id| {
            let item = found.remove(&id.sequence());
            let item = item.filter(|item| item.id == *id);
            item.ok_or_else(|| Resource::Item.absent())
        });
        ordered.collect()
    }
}

/// Each call id occurs once.
pub(crate) fn unique(items: &[NewItem]) -> Result<()> {
    let mut call_ids = HashSet::new();
    for (place, item) in items.iter().enumerate() {
        if let Some(call_id) = &item.call_id
            && !call_ids.insert(call_id)
        {
            return Err(Error::invalid(
                format!("items[{place}].call_id"),
                "call_id must be unique within a conversation.",
            ));
        }
    }
    Ok(())
}

/// Returns messages that were all stored before. Where the request may be repeated, it stands for
/// them from now on.
fn stored(conversation: ConversationId, batch: Batch) -> Result<Vec<Item>> {
    if let Some(claim) = repeats::current()? {
        claim.found(batch.outcome(conversation, Sequence::default()));
    }
    Ok(batch.items(Sequence::default()))
}

fn too_long() -> Error {
    Error::invalid(
        "items",
        "These messages were edited since, and have more than 16 MiB of text now. Get them one by \
         one.",
    )
}
