//! The wire types of items. Their rules are those of `domain::items`.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
mod message;
mod read;
mod sent;
mod shown;
mod sound;

pub(super) use read::IncomingItem;
pub(super) use sent::{Twenty, new_items};
pub(super) use shown::{ItemBody, id};

use super::ids;
use super::list::ListBody;
use domain::error::Error;
use domain::id::{ConversationId, ItemId};
use domain::items::Item;

/// A page of items.
pub(super) type ItemListBody = ListBody<ItemBody>;

impl ItemListBody {
    pub(super) fn of(items: Vec<Item>, has_more: bool) -> Self {
        let id = |item: Option<&Item>| item.map(shown::id);
        let ends = (id(items.first()), id(items.last()));
        let data = items.into_iter().map(ItemBody).collect();
        Self::new(data, ends, has_more)
    }
}

/// The ids in an address.
fn both((conversation, item): (String, String)) -> Result<(ConversationId, ItemId), Error> {
    let conversation = ConversationId::parse(&conversation)?;
    Ok((conversation, ids::read(&item)?))
}
