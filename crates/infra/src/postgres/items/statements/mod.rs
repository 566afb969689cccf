//! The statements on items, by what they do.

mod read;
mod versions;
mod write;

pub(in crate::postgres) use read::*;
pub(in crate::postgres) use versions::*;
pub(in crate::postgres) use write::*;
