//! Share links.

pub mod page;
