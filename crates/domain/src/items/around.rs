use super::{Item, ItemList, ItemService};
use crate::error::{Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::page::{Limit, Order, PAGE_BYTES, Page};

impl ItemService {
    /// The items around an item: half of the limit before it, then itself and those after it. The
    /// item itself may be deleted, but must not belong to another conversation. `has_more` says
    /// whether more items follow in the direction of `order`.
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
        let later = ItemList {
            limit: more,
            order: Order::Ascending,
            after: Some(Sequence(sequence.0.saturating_sub(1))),
        };
        let later = self.store.list(owner, conversation, &later).await?;
        let later = half(later.ok_or_else(|| Resource::Conversation.absent())?, more);
        self.check_exists(owner, id, later.data.first()).await?;
        let earlier = match fewer {
            None => Page {
                data: Vec::new(),
                has_more: sequence.0 > 1,
            },
            Some(limit) => {
                let earlier = ItemList {
                    limit,
                    order: Order::Descending,
                    after: Some(sequence),
                };
                let earlier = self.store.list(owner, conversation, &earlier).await?;
                half(
                    earlier.ok_or_else(|| Resource::Conversation.absent())?,
                    limit,
                )
            }
        };
        let mut data = earlier.data;
        data.reverse();
        data.extend(later.data);
        let has_more = match order {
            Order::Ascending => later.has_more,
            Order::Descending => {
                data.reverse();
                earlier.has_more
            }
        };
        Ok(Page { data, has_more })
    }

    /// Refuses an item of another conversation. `first` is the first item of this one with the
    /// same or a later number: it may be another item, or absent.
    async fn check_exists(&self, owner: OwnerId, id: ItemId, first: Option<&Item>) -> Result<()> {
        let is_elsewhere = match first {
            Some(first) if first.id.sequence() == id.sequence() => first.id != id,
            _ => self.store.find_anywhere(owner, id).await?.is_some(),
        };
        match is_elsewhere {
            true => Err(Resource::Item.absent().named_by("around")),
            false => Ok(()),
        }
    }
}

/// The page with half of the bytes that a page may have.
fn half(page: Page<Item>, limit: Limit) -> Page<Item> {
    let had_more = page.has_more;
    let size = |item: &Item| item.content.as_str().len();
    let page = Page::within(page.data, limit, PAGE_BYTES / 2, size);
    Page {
        has_more: page.has_more || had_more,
        ..page
    }
}
