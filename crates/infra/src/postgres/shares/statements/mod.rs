//! The statements on links: for owners, and for visitors.

mod divided;
mod fork;
mod open;
mod owner;
mod visitor;

pub(super) use divided::*;
pub(super) use fork::*;
pub(super) use owner::*;
pub(super) use visitor::*;
