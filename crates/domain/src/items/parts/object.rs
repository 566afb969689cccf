//! Reading JSON of which only some fields matter, without a tree of values.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The most fields of an object, and elements of a list. Nothing that is accepted has so many, and
/// each takes many times the bytes that a client sends for it.
const MOST: usize = 10_000;

/// An object of JSON, with the texts of its values, in the order of its names.
#[derive(Clone, Debug, Default)]
pub struct JsonObject<'a>(Vec<(String, &'a RawValue)>);

impl<'a> JsonObject<'a> {
    /// `None` where the text is not an object, or has more than 10,000 fields.
    pub fn parse(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The JSON text of a field.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let mut fields = self.0.iter();
        fields
            .find(|(of, _)| of == name)
            .map(|(_, value)| value.get())
    }

    /// The value of a field that is a string.
    pub fn text(&self, name: &str) -> Option<String> {
        text(self.get(name)?)
    }

    /// The names and the JSON texts of all fields.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.get()))
    }
}

/// The string that a JSON text is.
pub fn text(json: &str) -> Option<String> {
    json.starts_with('"')
        .then(|| serde_json::from_str(json).ok())
        .flatten()
}

/// The JSON texts of the elements, where a JSON text is a list of at most 10,000.
pub fn elements(json: &str) -> Option<Vec<&str>> {
    let elements = first_elements(json, MOST + 1)?;
    (elements.len() <= MOST).then_some(elements)
}

/// The JSON texts of the first `most` elements, where a JSON text is a list of any length. A caller
/// that asks for one more than it allows sees whether there are too many.
pub fn first_elements(json: &str, most: usize) -> Option<Vec<&str>> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let elements = deserializer.deserialize_seq(Elements(most)).ok()?;
    deserializer.end().ok().map(|()| elements)
}

/// A string as JSON.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

/// A list, of which the first so many elements are kept.
struct Elements(usize);

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < self.0 {
            match list.next_element::<&RawValue>()? {
                Some(element) => elements.push(element.get()),
                None => return Ok(elements),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(elements)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = JsonObject<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if fields.len() == MOST {
                return Err(A::Error::custom("too many fields"));
            }
            let value: &RawValue = map.next_value().map_err(A::Error::custom)?;
            fields.push((name, value));
        }
        Ok(JsonObject(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_endless_lists_and_objects_little_is_kept() {
        let list = |length: usize| format!("[{}1]", "{},".repeat(length - 1));
        assert_eq!(elements(&list(MOST)).unwrap().len(), MOST);
        assert_eq!(elements(&list(MOST + 1)), None);
        assert_eq!(first_elements(&list(100_000), 3).unwrap(), ["{}"; 3]);
        assert_eq!(first_elements(&list(2), 3).unwrap(), ["{}", "1"]);
        for broken in ["[{},", "[1] 2", "[{},{},{},{]", "{}"] {
            assert_eq!(first_elements(broken, 2), None, "{broken}");
        }
        let object = |fields: usize| format!("{{{}\"z\":0}}", "\"a\":0,".repeat(fields - 1));
        assert!(JsonObject::parse(&object(MOST)).is_some());
        assert!(JsonObject::parse(&object(MOST + 1)).is_none());
    }
}
