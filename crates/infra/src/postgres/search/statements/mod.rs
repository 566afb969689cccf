//! The statements of search.

pub(super) mod again;
pub(super) mod candidates;
pub(super) mod forget;
pub(super) mod index;
pub(super) mod jobs;
pub(super) mod size;
pub(super) mod texts;
pub(super) mod unindexed;
