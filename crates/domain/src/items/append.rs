use super::{Appended, Author, Item, ItemService, NewItem, PendingItem, VersionList};
use crate::conversations::Title;
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::page::{Limit, Order};
use crate::repeats::{self, Made, Outcome};
use std::sync::Arc;

/// An item that was accepted, now or by an earlier request of the same call id.
#[derive(Clone, Debug)]
pub enum Accepted {
    Created(Item),
    Existing(Item),
}

/// How often an append is tried whose call id is taken and given up again meanwhile.
const ATTEMPTS: u8 = 3;

impl ItemService {
    /// Adds a message at the end. Sending one again with the same call id, role and content is
    /// answered with the item that exists.
    pub async fn append(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        item: NewItem,
    ) -> Result<Accepted> {
        if let Err(full) = self.usage.room_for_text(owner) {
            // What was stored before is there still, by its call id.
            let repeated = self.repeated(owner, conversation, &item).await?;
            return match repeated {
                Some(item) => existing(conversation, item),
                None => Err(full),
            };
        }
        let title = Title::from_message(item.role, &item.content);
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
            // What was stored before the conversation was full is there still, by its call id.
            let repeated = self.repeated(owner, conversation, &pending.item).await?;
            match (repeated, instead) {
                (Some(item), _) => return existing(conversation, item),
                (None, Some(error)) => return Err(error),
                // Who had the call id was deleted in between, so it is free again.
                (None, None) => {}
            }
        }
        Err(Error::Conflict(Conflict::CallIdConflict))
    }

    /// The item that a message with this call id has become, `None` when there is none. A message
    /// that says something else than that one did is a conflict.
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
        let Some(item) = stored.ok_or_else(|| Resource::Conversation.absent())? else {
            return Ok(None);
        };
        if item.role == sent.role && self.has_said(owner, conversation, &item, sent).await? {
            return Ok(Some(item));
        }
        Err(Error::Conflict(Conflict::CallIdConflict))
    }

    /// Whether the item says what was sent, or said it when it was new: a late retry is safe even
    /// when the item was edited meanwhile.
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

/// An item that was there already. Where the request may come again it stands for the same item then, even
/// if that is gone.
fn existing(conversation: ConversationId, item: Item) -> Result<Accepted> {
    if let Some(claim) = repeats::current()? {
        claim.found(Outcome::done(Made::Item(conversation, item.id)));
    }
    Ok(Accepted::Existing(item))
}
