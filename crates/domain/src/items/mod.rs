//! Items: the messages of a conversation, in the order they were accepted.

mod append;
mod append_all;
mod around;
mod batch;
mod model;
mod ports;
mod service;

pub use append::Accepted;
pub(crate) use batch::unique;
pub use batch::{Batch, PendingItem, Present};
pub use model::{Author, CallId, Content, Item, NewItem, Role, Version};
pub use ports::{
    Appended, Deleted, ExportEntry, ExportPlace, ItemList, ItemStore, Revised, Revision,
    VersionList,
};
pub use service::{ItemService, ListItems, MAX_ITEMS};
