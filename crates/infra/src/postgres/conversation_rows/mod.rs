//! The rows of conversations: their columns, and pages of them. Several stores read conversations;
//! `conversations/` has the store of conversations itself.

pub(super) mod page;
pub(super) mod rows;
