//! The statements on items, by what they do.

mod read;
mod versions;
mod write;

pub(super) use read::*;
pub(super) use versions::*;
pub(super) use write::*;
