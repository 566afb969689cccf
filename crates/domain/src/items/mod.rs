//! Items: the messages of a conversation, in the order they were accepted.

mod append;
mod append_all;
mod around;
mod batch;
mod content;
mod model;
mod parts;
mod ports;
mod role;
mod service;
mod title;

pub use append::Accepted;
pub(crate) use batch::unique;
pub use batch::{Batch, PendingItem, Present};
pub use content::Content;
pub use model::{Author, CallId, Item, NewItem, Reasoning, Version};
pub use parts::{
    ItemType, JsonObject, MediaAddress, Part, Parts, elements, first_elements, quoted, text,
};
pub use ports::{
    Appended, Deleted, ExportCursor, ExportEntry, ItemList, ItemLookup, ItemStore, Revised,
    Revision, VersionList,
};
pub use role::Role;
pub use service::{ItemService, ListItems, MAX_ITEMS};
pub use title::{title_from, title_from_first};
