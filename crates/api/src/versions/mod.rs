//! The wire types of a message's versions.

pub(crate) mod list;
pub(crate) mod restore;

use crate::items::parts::{PartsBody, shown};
use crate::list::{Listed, list_body};
use crate::timestamp::Timestamp;
use domain::items::Version;
use serde::Serialize;
use utoipa::ToSchema;

/// A current or earlier text of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemVersion)]
pub(crate) struct VersionBody {
    /// 1, 2, 3, … without gaps.
    #[schema(minimum = 1, example = 1)]
    version: u32,
    #[schema(example = "What are the next steps?")]
    content: String,
    /// The parts, where it is not a text alone.
    #[schema(required, value_type = Option<Vec<HashMap<String, serde_json::Value>>>,
        example = json!(null))]
    parts: Option<PartsBody>,
    /// The model's thoughts before this version.
    #[schema(required, example = json!(null))]
    reasoning: Option<String>,
    /// The model that wrote the version, where a model did.
    #[schema(required)]
    model: Option<String>,
    /// When this version became current.
    created_at: Timestamp,
    /// Whether this is the current version.
    current: bool,
}

list_body!(
    /// A page of a message's versions.
    VersionListBody, ItemVersionList, VersionBody,
    "Opaque. Send it as `after` for the next page; null on the last page."
);

impl Listed for VersionBody {
    fn listed_as(&self) -> Option<String> {
        // A version has only a number; the id belongs to its item.
        None
    }
}

impl From<Version> for VersionBody {
    fn from(version: Version) -> Self {
        let (content, parts) = shown(version.content);
        Self {
            version: version.number,
            content,
            parts,
            reasoning: version.reasoning,
            model: version.model,
            created_at: version.created_at.into(),
            current: version.current,
        }
    }
}
