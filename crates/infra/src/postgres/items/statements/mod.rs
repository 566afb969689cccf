//! The statements on items, by their purpose.

mod anywhere;
mod read;
mod revise;
mod versions;
mod write;

pub(in crate::postgres) use anywhere::*;
pub(in crate::postgres) use read::*;
pub(in crate::postgres) use revise::*;
pub(in crate::postgres) use versions::*;
pub(in crate::postgres) use write::*;
