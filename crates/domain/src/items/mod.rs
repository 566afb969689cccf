//! Items: the messages of a conversation, in the order they were accepted.

mod model;
mod ports;
mod service;

pub use model::{Author, CallId, Content, Item, NewItem, Role};
pub use ports::{Appended, ItemList, ItemStore, PendingItem};
pub use service::{Accepted, ItemCursor, ItemService, ListItems, MAX_ITEMS};
