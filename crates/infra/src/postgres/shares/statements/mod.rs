//! The statements on links, by whose they are.

mod owner;
mod visitor;

pub(super) use owner::*;
pub(super) use visitor::*;
