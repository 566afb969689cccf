//! Links where Citus keeps them in parts: the coordinator knows the owner of a digest, and the rest is asked of the
//! owner's node.

mod copy;
mod key;
mod read;
mod write;

pub(super) use copy::fork;
pub(super) use read::{count, load};
pub(super) use write::{add_views, append, insert, revoke};
