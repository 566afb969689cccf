mod fresh;
pub(crate) mod indexing;
mod large;
mod list;
mod locales;
mod order;
mod paging;
mod tenancy;
mod unindexed;
