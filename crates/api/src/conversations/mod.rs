//! The wire types of conversations.

mod body;
pub(crate) mod bulk;
pub(crate) mod bulk_delete;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod list;
mod sent_id;
mod tag;
pub(crate) mod update;

use crate::list::{Listed, list_body};
pub(crate) use body::{ConversationBody, flag_changes};
use domain::conversations::Metadata;
use domain::error::Error;
pub(crate) use sent_id::SentIdBody;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Serialize, ser::Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
pub(crate) use tag::TagBody;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

list_body!(
    /// A page of conversations.
    ConversationListBody, ConversationList, ConversationBody,
    "Send it as `after` for the next page; null on the last page."
);

impl Listed for ConversationBody {
    fn listed_as(&self) -> Option<String> {
        Some(self.id.clone())
    }
}

/// Up to 16 pairs of your own: keys of 1 to 64 characters, values of up to 512. Stored and
/// returned, never interpreted.
#[derive(Debug, Default)]
pub(crate) struct MetadataBody(pub(crate) BTreeMap<String, String>);

impl PartialSchema for MetadataBody {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(512));
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(64));
        let pairs = ObjectBuilder::new()
            .property_names(Some(key))
            .additional_properties(Some(value))
            .max_properties(Some(16))
            .description(Some(
                "Up to 16 pairs of your own: keys of 1 to 64 characters, values of up to 512. \
                 Stored and returned, never interpreted.",
            ))
            .examples([serde_json::json!({ "customer": "42" })]);
        pairs.into()
    }
}

impl ToSchema for MetadataBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Metadata")
    }
}

impl TryFrom<MetadataBody> for Metadata {
    type Error = Error;

    fn try_from(body: MetadataBody) -> Result<Self, Error> {
        Self::parse(body.0)
    }
}

impl Serialize for MetadataBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MetadataBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = PairsVisitor { may_repeat: false };
        deserializer.deserialize_map(pairs).map(Self)
    }
}

/// Refuses a key that is given twice, unless it may be: then the last one counts, as in serde's own
/// maps. Keeps at most one pair more than is allowed: the domain then refuses the number.
pub(crate) struct PairsVisitor {
    pub(crate) may_repeat: bool,
}

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = BTreeMap::new();
        while pairs.len() <= Metadata::MAX_PAIRS {
            let Some((key, value)) = map.next_entry()? else {
                return Ok(pairs);
            };
            match pairs.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(mut entry) if self.may_repeat => {
                    entry.insert(value);
                }
                Entry::Occupied(entry) => {
                    let key = entry.key();
                    return Err(serde::de::Error::custom(format!("duplicate field `{key}`")));
                }
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(pairs)
    }
}
