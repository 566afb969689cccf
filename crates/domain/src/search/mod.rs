//! Search in messages and titles, in any language.
//!
//! Words are made here and not by the database, so that results do not depend on its locale. An
//! index of hashed words finds candidates; each is compared with its current text before it is a
//! hit. Messages that are not in the index yet are compared directly.

mod beginnings;
mod blocks;
mod compared;
mod glance;
mod keys;
mod marks;
mod matching;
mod model;
mod newest;
mod ports;
mod query;
mod scripts;
mod service;
mod snippet;
#[cfg(test)]
mod tests;
mod titles;
mod unindexed;
mod words;

pub use blocks::{BLOCK_BYTES, BLOCK_MESSAGES, BLOCK_TIME, Indexable, blocks};
pub use keys::{MAKER, WantedKeys, keys, title_keys};
pub use marks::marks;
pub use model::{Hit, Search, SearchFilter, SearchPage, Sort};
pub use ports::{
    Candidate, CandidateQuery, CandidateText, Candidates, Comparing, FoundTexts, Frequency,
    SearchStore, UnindexedTexts,
};
pub use query::ParsedQuery;
pub use service::{Indexing, SearchService};
pub use titles::TitlePage;
pub use unindexed::Unindexed;
