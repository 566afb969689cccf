mod fresh;
pub(crate) mod indexing;
mod list;
mod locales;
mod paging;
mod tenancy;
mod unindexed;
