//! The statements on links: for owners, and for visitors.

mod owner;
mod visitor;

pub(super) use owner::*;
pub(super) use visitor::*;
