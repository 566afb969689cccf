//! The wire types of conversations.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod update;

use super::query::MAIN;
use crate::conversations::PairsVisitor;
use domain::conversations::{Conversation, Metadata};
use domain::error::Error;
use domain::id::ConversationId;
use domain::title::Title;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The key of metadata that keeps where a conversation came from.
pub(super) const REFERRER: &str = "referrer";

/// A conversation, without its messages.
#[derive(Serialize, ToSchema)]
#[schema(as = JanConversation)]
pub(super) struct ConversationBody {
    #[schema(example = "conv_01JFQ2M8X3C4V5B6N7M8K9J0HG")]
    pub(super) id: String,
    object: &'static str,
    #[schema(required, example = "Project Planning")]
    title: Option<String>,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
    metadata: BTreeMap<String, String>,
    /// Where the conversation came from. It is kept as a pair of `metadata` under `/v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<String>,
    active_branch: &'static str,
    is_favorite: bool,
    is_archived: bool,
}

impl From<Conversation> for ConversationBody {
    fn from(conversation: Conversation) -> Self {
        let mut metadata = conversation.metadata.into_pairs();
        Self {
            id: conversation.id.to_string(),
            object: "conversation",
            title: conversation.title.map(Title::into_string),
            created_at: conversation.created_at.timestamp(),
            updated_at: conversation.updated_at.timestamp(),
            referrer: metadata.remove(REFERRER),
            metadata,
            project_id: conversation.project_id.map(|id| id.to_string()),
            active_branch: MAIN,
            is_favorite: conversation.flags.pinned,
            is_archived: conversation.flags.archived,
        }
    }
}

/// A page of conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = JanConversationList)]
pub(super) struct ConversationListBody {
    object: &'static str,
    data: Vec<ConversationBody>,
    /// Empty where the page is.
    first_id: String,
    last_id: String,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// How many there are on all pages; 10,000 where there are more.
    total: u64,
}

/// Metadata that a client sends. As with Go's decoder, the last of two equal names counts.
#[derive(Debug, Default)]
pub(super) struct PairsBody(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for PairsBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = PairsVisitor { may_repeat: true };
        deserializer.deserialize_map(pairs).map(Self)
    }
}

/// Metadata with the referrer.
pub(super) fn metadata(
    pairs: Option<PairsBody>,
    referrer: Option<&str>,
) -> Result<Metadata, Error> {
    let PairsBody(mut pairs) = pairs.unwrap_or_default();
    let referrer = referrer.map(str::trim).filter(|text| !text.is_empty());
    let Some(referrer) = referrer else {
        return Metadata::parse(pairs);
    };
    pairs.insert(REFERRER.to_owned(), referrer.to_owned());
    Metadata::parse(pairs).map_err(of_referrer)
}

/// Names the field as it was sent, where the failure is of the referrer.
fn of_referrer(error: Error) -> Error {
    match error {
        Error::Invalid(mut invalid) if invalid.param.as_deref() == Some("metadata.referrer") => {
            invalid.param = Some(REFERRER.to_owned());
            invalid.message = invalid.message.replacen("metadata.", "", 1);
            Error::Invalid(invalid)
        }
        other => other,
    }
}

/// The id in an address.
pub(super) fn id(raw: &str) -> Result<ConversationId, Error> {
    ConversationId::parse(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_pairs_are_kept_than_are_needed_to_refuse_them() {
        let many = (0..1_000).map(|number| format!("\"{number}\":\"x\""));
        let many = format!("{{{}}}", many.collect::<Vec<_>>().join(","));
        let PairsBody(pairs) = serde_json::from_str(&many).unwrap();
        assert_eq!(pairs.len(), Metadata::MAX_PAIRS + 1);
        assert!(metadata(Some(PairsBody(pairs)), None).is_err());
        let PairsBody(pairs) = serde_json::from_str(r#"{"a":"1","b":"2","a":"3"}"#).unwrap();
        assert_eq!(pairs.len(), 2);
        assert_eq!(pairs["a"], "3");
    }

    #[test]
    fn a_referrer_is_a_pair_among_the_others() {
        let pairs = || serde_json::from_str(r#"{"a":"1"}"#).ok();
        let with = metadata(pairs(), Some(" web ")).unwrap();
        assert_eq!(with.pairs()["referrer"], "web");
        let long = metadata(pairs(), Some(&"x".repeat(513))).unwrap_err();
        let message = "referrer must have at most 512 characters.";
        assert_eq!(long.to_string(), message);
        let without = metadata(pairs(), Some(" ")).unwrap();
        assert!(!without.pairs().contains_key("referrer"));
    }
}
