//! Items: the messages of a conversation, in the order they were accepted.

mod model;
mod ports;
mod service;

pub use model::{Author, CallId, Content, Item, NewItem, Role, Version};
pub use ports::{
    Appended, Deleted, ExportEntry, ExportPlace, ItemList, ItemStore, PendingItem, Revised,
    Revision, VersionList,
};
pub use service::{Accepted, ItemCursor, ItemService, ListItems, MAX_ITEMS};
