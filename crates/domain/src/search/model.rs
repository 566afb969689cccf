use super::ParsedQuery;
use crate::id::{ConversationId, ItemId, ProjectId};
use crate::items::Role;
use crate::page::Limit;
use crate::title::Title;
use chrono::{DateTime, Utc};
use std::ops::Range;
use ulid::Ulid;

/// A request for a page of hits.
#[derive(Clone, Debug)]
pub struct Search {
    pub query: ParsedQuery,
    pub filter: SearchFilter,
    pub sort: Sort,
    pub limit: Limit,
}

/// The messages and titles that are searched. `None`: all.
#[derive(Clone, Debug, Default)]
pub struct SearchFilter {
    /// Titles have no role.
    pub role: Option<Role>,
    pub project: Option<ProjectId>,
    pub conversation: Option<ConversationId>,
    /// Stored at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Stored before this time.
    pub to: Option<DateTime<Utc>>,
    pub archived: Option<bool>,
}

impl SearchFilter {
    /// Whether it excludes any message or title.
    pub fn is_some(&self) -> bool {
        self.role.is_some()
            || self.project.is_some()
            || self.conversation.is_some()
            || self.from.is_some()
            || self.to.is_some()
            || self.archived.is_some()
    }
}

/// The order of hits, and the place where the page begins.
#[derive(Clone, Copy, Debug)]
pub enum Sort {
    /// Newest first; after the hit at this place.
    Recent { after: Option<Ulid> },
    /// The newest [`Sort::RANKED`] hits, the best first; after this many. A request compares a bounded
    /// number of bytes: if it found fewer hits, the next page has those after the last place. `before`: only
    /// those before this place.
    Relevance { before: Option<Ulid>, after: usize },
}

impl Sort {
    pub const RANKED: usize = 200;
}

/// A message, or a title, that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The place among all hits: the id of the message, or of the conversation for its title.
    pub place: Ulid,
    pub conversation: ConversationId,
    pub title: Option<Title>,
    /// The message and its role; `None`: the title was found.
    pub item: Option<(ItemId, Role)>,
    pub created_at: DateTime<Utc>,
    /// Plain text around the first match.
    pub snippet: String,
    /// The places of matches in it, in characters.
    pub matches: Vec<Range<usize>>,
    pub(super) score: f64,
}

/// A page of hits.
#[derive(Clone, Debug)]
pub struct SearchPage {
    pub hits: Vec<Hit>,
    /// The place after which the next page begins; `None`: there are no more hits.
    pub next: Option<Sort>,
    /// The index has all that was stored before this time; what is newer is compared directly.
    pub indexed_through: Option<DateTime<Utc>>,
}
