use super::title_from;
use super::{Appended, Author, Item, ItemService, NewItem, PendingItem, VersionList};
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::page::{Limit, Order};
use crate::repeats::{self, Made, Outcome};
use std::sync::Arc;

/// An item that was accepted, now or by an earlier request with the same call id.
#[derive(Clone, Debug)]
pub enum Accepted {
    Created(Item),
    Existing(Item),
}

/// The most attempts of an append. Another one is made if its call id was taken, and was free again at the next look.
const ATTEMPTS: u8 = 3;

impl ItemService {
    /// Adds a message at the end. A second message with the same call id, role and content returns
    /// the existing item.
    pub async fn append(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        item: NewItem,
    ) -> Result<Accepted> {
        if let Err(full) = self.usage.check_quota_for_text(owner) {
            // An item that was stored before is found by its call id.
            let repeated = self.repeated(owner, conversation, &item).await?;
            return match repeated {
                Some(item) => existing(conversation, item),
                None => Err(full),
            };
        }
        let title = title_from(item.role, &item.content);
        let now = self.clock.now();
        let pending = Arc::new(PendingItem {
            seed: self.ids.ulid(),
            item,
            author: Author::Owner,
            title,
            now,
        });
        for _ in 0..ATTEMPTS {
            let appended = self
                .store
                .append(owner, conversation, Arc::clone(&pending))
                .await?;
            let instead = match appended {
                Appended::At(sequence) => {
                    let PendingItem { seed, item, .. } = Arc::unwrap_or_clone(pending);
                    let id = ItemId::at(seed, sequence);
                    return Ok(Accepted::Created(item.accepted(id, Author::Owner, now)));
                }
                Appended::NoConversation => return Err(Resource::Conversation.absent()),
                Appended::Full => Some(Error::Conflict(Conflict::ConversationFull)),
                Appended::CallIdTaken => None,
            };
            // An item that was stored before the conversation was full is found by its call id.
            let repeated = self.repeated(owner, conversation, &pending.item).await?;
            match (repeated, instead) {
                (Some(item), _) => return existing(conversation, item),
                (None, Some(error)) => return Err(error),
                // The item with the call id was deleted in between, so the call id is free again.
                (None, None) => {}
            }
        }
        Err(Error::Conflict(Conflict::CallIdConflict))
    }

    /// The existing item with this call id; `None` when the conversation has none. A conflict when
    /// that item has another role or content.
    async fn repeated(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        sent: &NewItem,
    ) -> Result<Option<Item>> {
        let Some(call_id) = &sent.call_id else {
            return Ok(None);
        };
        let stored = self
            .store
            .find_by_call_id(owner, conversation, call_id)
            .await?;
        let Some(item) = stored.in_conversation()? else {
            return Ok(None);
        };
        match self.is_repeated(owner, conversation, &item, sent).await? {
            true => Ok(Some(item)),
            false => Err(Error::Conflict(Conflict::CallIdConflict)),
        }
    }

    /// Whether the item was stored by a request with this message.
    pub(super) async fn is_repeated(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        item: &Item,
        sent: &NewItem,
    ) -> Result<bool> {
        Ok(item.role == sent.role && self.has_said(owner, conversation, item, sent).await?)
    }

    /// Whether the item has the sent text, or had it as its first version: so a late retry is safe
    /// even when the item was edited meanwhile.
    async fn has_said(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        item: &Item,
        sent: &NewItem,
    ) -> Result<bool> {
        if item.content == sent.content || item.version == 1 {
            return Ok(item.content == sent.content);
        }
        let first = VersionList {
            limit: Limit::ONE,
            order: Order::Ascending,
            after: None,
        };
        let first = self
            .store
            .versions(owner, conversation, item.id, &first)
            .await?;
        Ok(first
            .data
            .first()
            .is_some_and(|version| version.content == sent.content))
    }
}

/// Returns an existing item, and records it as the request's outcome, so that a repeat gets it even
/// after it is deleted.
fn existing(conversation: ConversationId, item: Item) -> Result<Accepted> {
    if let Some(claim) = repeats::current()? {
        claim.found(Outcome::done(Made::Item(conversation, item.id)));
    }
    Ok(Accepted::Existing(item))
}
