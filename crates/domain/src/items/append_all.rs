use super::batch::{BatchEntry, unique};
use super::{Appended, Author, Batch, Item, ItemService, MAX_ITEMS, NewItem, PendingItem, Present};
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::repeats;
use std::collections::BTreeMap;

/// How often a batch is tried if its call ids are taken, or the conversation fills up, while it is
/// stored.
const ATTEMPTS: u8 = 3;

impl ItemService {
    /// Adds messages at the end, in order, all or none. If an item has the call id of a message,
    /// with the same role and content, the answer has that item.
    pub async fn append_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        items: Vec<NewItem>,
    ) -> Result<Vec<Item>> {
        let mut batch = self.batch_of(items)?;
        if let Err(full) = self.usage.check_quota_for_text(owner) {
            // Messages that were stored before are found by their call ids.
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
                    if let Some(index) = batch.first_over(MAX_ITEMS.saturating_sub(count)) {
                        return Err(Error::Conflict(Conflict::ConversationFull).of_item(index));
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
        let (seed, now) = (self.ids.ulid(), self.clock.now());
        let each = items.into_iter().map(|item| {
            BatchEntry::New(PendingItem {
                seed,
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
        for (at, entry) in batch.0.iter_mut().enumerate() {
            let BatchEntry::New(PendingItem { item: sent, .. }) = entry else {
                continue;
            };
            let is_it = |item: &Item| sent.call_id.is_some() && item.call_id == sent.call_id;
            let Some(index) = items.iter().position(is_it) else {
                continue;
            };
            let item = items.swap_remove(index);
            if !self.is_repeated(owner, conversation, &item, sent).await? {
                return Err(Error::Conflict(Conflict::CallIdConflict).of_item(at));
            }
            *entry = BatchEntry::Stored(item);
        }
        Ok(item_count)
    }

    /// These items, in this order. An error where one of them was deleted since, or where they have
    /// too much text to be read at once.
    pub async fn get_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ids: &[ItemId],
    ) -> Result<Vec<Item>> {
        let found = self.find_all(owner, conversation, ids).await?;
        found.ok_or_else(too_long)
    }

    /// Finds these items; `None` if they have too much text for one answer.
    pub async fn find_all(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ids: &[ItemId],
    ) -> Result<Option<Vec<Item>>> {
        let found = self.store.find_all(owner, conversation, ids).await?;
        let Present { items, .. } = found.ok_or_else(|| Resource::Conversation.absent())?;
        let Some(items) = items else {
            return Ok(None);
        };
        let items = items.into_iter();
        let mut found: BTreeMap<_, _> = items.map(|item| (item.id.sequence(), item)).collect();
        let ordered = ids.iter().map(|id| {
            let item = found.remove(&id.sequence());
            let item = item.filter(|item| item.id == *id);
            item.ok_or_else(|| Resource::Item.absent())
        });
        ordered.collect::<Result<_>>().map(Some)
    }
}

/// Returns messages that were all stored before, and records them as the request's outcome.
fn stored(conversation: ConversationId, batch: Batch) -> Result<Vec<Item>> {
    if let Some(claim) = repeats::current()? {
        claim.found(batch.outcome(conversation, Sequence::default()));
    }
    Ok(batch.items(Sequence::default()))
}

fn too_long() -> Error {
    Error::invalid(
        "items",
        "These messages were edited later, and have more than 16 MiB of text now. Get them one by \
         one.",
    )
}
