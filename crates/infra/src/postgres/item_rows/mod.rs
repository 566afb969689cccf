//! The rows of items: their columns and texts, and how they are added. Several stores read and add items;
//! `items/` has the store of items itself.

pub(super) mod arrays;
pub(super) mod batch;
pub(super) mod parts;
pub(super) mod rows;
pub(super) mod steps;
pub(super) mod texts;
