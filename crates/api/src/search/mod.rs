//! The wire types of search.

pub(crate) mod list;

use crate::items::RoleBody;
use crate::list::ListObject;
use crate::timestamp::Timestamp;
use domain::search::{Hit, SearchPage, Sort};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of hits.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchHitList)]
pub(crate) struct SearchHitListBody {
    #[schema(inline)]
    object: ListObject,
    /// The entries of this page.
    #[schema(max_items = 100)]
    data: Vec<SearchHitBody>,
    /// Whether another page follows. A page may have fewer hits than asked for, or no hits, and say that more may follow:
    /// a request compares a limited number of texts.
    has_more: bool,
    /// Send it as `after` for the next page; null on the last page.
    #[schema(required)]
    next_after: Option<String>,
    /// The index has all texts from before this time. Newer ones are found as well, but more
    /// slowly. Null: the index is empty so far.
    #[schema(required)]
    indexed_through: Option<Timestamp>,
}

/// A message that was found, or a conversation by its title.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchHit)]
pub(crate) struct SearchHitBody {
    #[schema(inline)]
    object: HitObject,
    /// The conversation of the message, or the one with the title.
    conversation: FoundConversationBody,
    /// The message: `GET …/items?around=` shows the messages around it. Null: the title was found.
    #[schema(required, example = "item_01JFQ2NB4S3A2B1C0D9E8F7G6H")]
    item_id: Option<String>,
    /// The role of the message.
    #[schema(required, inline)]
    role: Option<RoleBody>,
    /// When the message was stored, or the conversation was created.
    created_at: Timestamp,
    /// Plain text around the first match, on one line.
    #[schema(example = "Please send the invoice today.")]
    snippet: String,
    /// The matches in the snippet.
    #[schema(max_items = 202)]
    matches: Vec<MatchBody>,
}

/// The type of a hit.
#[derive(Clone, Copy, Serialize, ToSchema)]
enum HitObject {
    #[serde(rename = "search.hit")]
    Hit,
}

/// The conversation of a hit.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundConversation)]
struct FoundConversationBody {
    /// Its id.
    #[schema(example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    id: String,
    /// Null while it is untitled.
    #[schema(required)]
    title: Option<String>,
}

/// A part of a snippet, in Unicode characters.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchMatch)]
struct MatchBody {
    /// Where it begins.
    #[schema(value_type = u32, example = 16)]
    start: usize,
    /// How long it is.
    #[schema(value_type = u32, example = 7)]
    length: usize,
}

impl From<Hit> for SearchHitBody {
    fn from(hit: Hit) -> Self {
        let (item_id, role) = hit.item.unzip();
        let matches = hit.matches.into_iter().map(|place| MatchBody {
            start: place.start,
            length: place.len(),
        });
        Self {
            object: HitObject::Hit,
            conversation: FoundConversationBody {
                id: hit.conversation.to_string(),
                title: hit.title.map(domain::title::Title::into_string),
            },
            item_id: item_id.map(|id| id.to_string()),
            role: role.map(RoleBody::from),
            created_at: hit.created_at.into(),
            snippet: hit.snippet,
            matches: matches.collect(),
        }
    }
}

impl From<SearchPage> for SearchHitListBody {
    fn from(page: SearchPage) -> Self {
        Self {
            object: ListObject::List,
            data: page.hits.into_iter().map(SearchHitBody::from).collect(),
            has_more: page.next.is_some(),
            next_after: page.next.and_then(cursor),
            indexed_through: page.indexed_through.map(Timestamp::from),
        }
    }
}

/// The prefixes of cursors.
const RECENT: &str = "hit_";
const RANKED: &str = "rank_";

fn cursor(next: Sort) -> Option<String> {
    match next {
        Sort::Recent { after } => after.map(|place| format!("{RECENT}{place}")),
        Sort::Relevance { before, after } => Some(match before {
            None => format!("{RANKED}{after}"),
            Some(place) => format!("{RANKED}{after}_{place}"),
        }),
    }
}
