//! The parts of messages, which are JSON already.

use domain::items::{Content, Parts};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A list of parts as it was sent: names keep their order, and numbers their digits.
pub(crate) struct PartsBody(String);

impl Serialize for PartsBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        parts.serialize(serializer)
    }
}

/// A JSON text as a value; `None` if it is not valid JSON.
pub(crate) fn json_of(json: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(json.to_owned()).ok()
}

/// The text and the parts of a content.
pub(crate) fn shown(content: Content) -> (String, Option<PartsBody>) {
    let (text, parts) = content.into_parts();
    (text, parts.map(Parts::into_json).map(PartsBody))
}
