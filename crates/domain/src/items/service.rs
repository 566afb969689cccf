use super::{
    CallId, Content, Deleted, ExportCursor, ExportEntry, Item, ItemList, ItemStore, Revised,
    Revision, Version, VersionList,
};
use crate::clock::{Clock, Ids};
use crate::error::{Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::page::{Limit, Order, Page};
use crate::state::Expected;
use crate::usage::UsageGuard;
use std::sync::Arc;

/// The most items a conversation holds (the specification).
pub const MAX_ITEMS: u32 = 10_000;

/// The use cases of items.
pub struct ItemService {
    pub(super) store: Arc<dyn ItemStore>,
    pub(super) usage: Arc<UsageGuard>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
}

/// A client's request for a page of items.
#[derive(Clone, Debug)]
pub struct ListItems {
    pub limit: Limit,
    pub order: Order,
    /// Begins after this number, even if its item was deleted.
    pub after: Option<Sequence>,
    pub call_id: Option<CallId>,
}

impl ItemService {
    pub fn new(
        store: Arc<dyn ItemStore>,
        usage: Arc<UsageGuard>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self {
            store,
            usage,
            clock,
            ids,
        }
    }

    pub async fn get(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
    ) -> Result<Item> {
        self.store.find(owner, conversation, id).await?.existing()
    }

    /// The owner's item with this id, in any conversation.
    pub async fn find_anywhere(&self, owner: OwnerId, id: ItemId) -> Result<Option<Item>> {
        self.store.find_anywhere(owner, id).await
    }

    pub async fn list(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        list: ListItems,
    ) -> Result<Page<Item>> {
        let after = list.after;
        let page = match list.call_id {
            None => {
                let list = ItemList {
                    limit: list.limit,
                    order: list.order,
                    after,
                };
                self.store.list(owner, conversation, &list).await?
            }
            // A call id names at most one item, so there is only one page.
            Some(call_id) => {
                let found = self.store.find_by_call_id(owner, conversation, &call_id);
                let item = found.await?.in_conversation()?;
                let item = item.filter(|item| follows(item, after, list.order));
                return Ok(Page {
                    data: item.into_iter().collect(),
                    has_more: false,
                });
            }
        };
        page.ok_or_else(|| Resource::Conversation.absent())
    }

    /// The next items of a conversation that is read from beginning to end.
    pub async fn batch(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: Sequence,
        last: Sequence,
    ) -> Result<Vec<Item>> {
        self.store
            .batch(owner, conversation, after, last)
            .await?
            .ok_or_else(|| Resource::Conversation.absent())
    }

    /// Gives the item another text: the id stays, the version rises by one, the earlier text is
    /// kept.
    pub async fn edit(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        content: Content,
        expected: &Expected,
    ) -> Result<Item> {
        self.revise(owner, conversation, id, Revision::Edit(content), expected)
            .await
    }

    /// Gives an item of any type another content, as its next version.
    pub async fn replace(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        content: Content,
        expected: &Expected,
    ) -> Result<Item> {
        let revision = Revision::Replace(content);
        self.revise(owner, conversation, id, revision, expected)
            .await
    }

    /// Makes the text of version `number` current again, as a new version.
    pub async fn restore(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        number: u32,
        expected: &Expected,
    ) -> Result<Item> {
        self.revise(owner, conversation, id, Revision::Restore(number), expected)
            .await
    }

    async fn revise(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        revision: Revision,
        expected: &Expected,
    ) -> Result<Item> {
        self.usage.check_quota_for_text(owner)?;
        let now = self.clock.now();
        match self
            .store
            .revise(owner, conversation, id, &revision, expected, now)
            .await?
        {
            Revised::Done(item) => Ok(item),
            Revised::NoConversation => Err(Resource::Conversation.absent()),
            Revised::NoItem => Err(Resource::Item.absent()),
            Revised::NoVersion => Err(Resource::Version.absent()),
            Revised::NotAMessage(kind) => {
                let message = format!(
                    "Only messages can be edited; this item is a {}.",
                    kind.as_str()
                );
                Err(Error::invalid("item_id", message))
            }
            Revised::Stale => Err(Error::Stale),
        }
    }

    pub async fn versions(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        list: VersionList,
    ) -> Result<Page<Version>> {
        let page = self.store.versions(owner, conversation, id, &list).await?;
        if page.data.is_empty() {
            // Every item has a version. So no version follows `after`, or the item does not exist.
            self.get(owner, conversation, id).await?;
        }
        Ok(page)
    }

    /// Deletes the message with its versions only.
    pub async fn delete(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        expected: &Expected,
    ) -> Result<()> {
        match self
            .store
            .delete(owner, conversation, id, expected, self.clock.now())
            .await?
        {
            Deleted::Done => Ok(()),
            Deleted::Stale => Err(Error::Stale),
            Deleted::NoConversation => Err(Resource::Conversation.absent()),
            Deleted::NoItem => Err(Resource::Item.absent()),
        }
    }

    /// The next part of an export, every version included.
    pub async fn export(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        after: ExportCursor,
        last: Sequence,
    ) -> Result<Vec<ExportEntry>> {
        self.store
            .export(owner, conversation, after, last)
            .await?
            .ok_or_else(|| Resource::Conversation.absent())
    }
}

/// Whether an item comes after the place where a page begins.
fn follows(item: &Item, after: Option<Sequence>, order: Order) -> bool {
    match (after, order) {
        (None, _) => true,
        (Some(after), Order::Ascending) => item.id.sequence() > after,
        (Some(after), Order::Descending) => item.id.sequence() < after,
    }
}
