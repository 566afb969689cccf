//! Share links: each shows a conversation, or one message, to everyone who has the link.

mod id;
mod model;
mod ports;
mod public;
mod service;
mod views;

pub use id::{ShareCursor, ShareId};
pub use model::{LinkLifetime, NewLink, Share, ShareKey, SharedItem, Speaker, View, Visit};
pub use ports::{
    AddedMessage, Addition, Fork, Forked, FoundLink, InsertedLink, Link, LinkStanding, NewShare,
    Revoked, ShareList, ShareState, ShareStore, ViewFrom, ViewPage,
};
pub use service::{ListShares, ShareService};
pub use views::ViewCounts;
