mod fresh;
pub(crate) mod indexing;
mod list;
mod locales;
mod order;
mod paging;
mod tenancy;
mod unindexed;
