use super::{Item, ItemList, ItemService};
use crate::error::{Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::page::{Limit, Order, PAGE_BYTES, Page};

impl ItemService {
    /// The items around an item: half of the limit before it, then itself and those after it; or the last ones, if it was
    /// deleted and none follows. It must not be another conversation's. `has_more` says whether more items follow in
    /// the direction of `order`.
    pub async fn around(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        limit: Limit,
        order: Order,
    ) -> Result<Page<Item>> {
        let sequence = id.sequence();
        let (fewer, more) = limit.halves();
        let list = ItemList {
            limit: more,
            order: Order::Ascending,
            after: Some(Sequence(sequence.0.saturating_sub(1))),
        };
        let following = self.half(owner, conversation, &list).await?;
        if !self
            .was_here(owner, conversation, id, following.data.first())
            .await?
        {
            return Err(Resource::Item.absent().named_by("around"));
        }
        // Otherwise the page could be empty, and lead nowhere.
        let fewer = match following.data.is_empty() {
            true => Some(limit),
            false => fewer,
        };
        let earlier = match fewer {
            None => Page {
                data: Vec::new(),
                has_more: sequence.0 > 1,
            },
            Some(limit) => {
                let list = ItemList {
                    limit,
                    order: Order::Descending,
                    after: Some(sequence),
                };
                self.half(owner, conversation, &list).await?
            }
        };
        let mut data = earlier.data;
        data.reverse();
        data.extend(following.data);
        let has_more = match order {
            Order::Ascending => following.has_more,
            Order::Descending => {
                data.reverse();
                earlier.has_more
            }
        };
        Ok(Page { data, has_more })
    }

    /// A page with half of the bytes that a page may have.
    async fn half(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        list: &ItemList,
    ) -> Result<Page<Item>> {
        let page = self.store.list(owner, conversation, list).await?;
        let page = page.ok_or_else(|| Resource::Conversation.absent())?;
        let had_more = page.has_more;
        let size = |item: &Item| item.content.as_str().len();
        let page = Page::within(page.data, list.limit, PAGE_BYTES / 2, size);
        Ok(Page {
            has_more: page.has_more || had_more,
            ..page
        })
    }

    /// Whether the item is in this conversation, or may have been. One that was deleted leaves nothing but its number,
    /// which no other item gets. So an id without an item counts as a deleted one's if its number was given here, its
    /// time is one of this conversation, and no other conversation of the owner has the item. `first` is the first item
    /// with the same or a later number.
    async fn was_here(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        first: Option<&Item>,
    ) -> Result<bool> {
        let number = id.sequence();
        if let Some(first) = first.filter(|first| first.id.sequence() == number) {
            return Ok(first.id == id);
        }
        if number == Sequence(0) || !id.may_be_of(conversation, self.clock.now()) {
            return Ok(false);
        }
        if first.is_none() {
            let last = self.store.last(owner, conversation).await?;
            if last.is_none_or(|last| last < number) {
                return Ok(false);
            }
        }
        let elsewhere = self.store.find_anywhere(owner, id).await?;
        Ok(elsewhere.is_none())
    }
}
