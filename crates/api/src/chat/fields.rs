use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;
use std::collections::HashSet;

/// A JSON object whose fields are kept unchanged, byte by byte and in their order. A field that is
/// given twice is refused, and so is an object with too many fields, since each look-up goes
/// through all of them.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    /// The most fields of one object.
    pub(crate) const MOST: usize = 1_000;

    pub(crate) fn parse(json: &str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// A field's value, unchanged.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| value.get())
    }

    /// A field's value; `None` also where it is null.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| *value != "null")
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(field, _)| field != name);
    }

    /// Adds a field at the end, and removes an earlier one of the same name.
    pub(crate) fn set(&mut self, name: &str, value: Box<RawValue>) {
        self.remove(name);
        self.0.push((name.to_owned(), value));
    }

    /// Gives a field another value, in its place; a new field comes at the end.
    pub(crate) fn put(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(field, _)| field == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// The object as JSON, in a buffer of its exact size.
    pub(crate) fn written(&self) -> serde_json::Result<String> {
        let bytes = self
            .iter()
            .map(|(name, value)| name.len() + value.len() + 8);
        let mut json = Vec::with_capacity(bytes.sum());
        serde_json::to_writer(&mut json, self)?;
        String::from_utf8(json).map_err(serde::ser::Error::custom)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.get()))
    }
}

/// Whether a value is the string `text`, in any escaping.
pub(super) fn is_text(value: &str, text: &str) -> bool {
    serde_json::from_str::<String>(value).is_ok_and(|value| value == text)
}

/// Whether a value is null or an empty list, and so says nothing.
pub(super) fn says_nothing(value: &str) -> bool {
    value == "null" || serde_json::from_str::<[(); 0]>(value).is_ok()
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields(Vec::new());
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            if names.len() > Fields::MOST {
                return Err(A::Error::custom(TOO_MANY));
            }
            fields.0.push((name, map.next_value()?));
        }
        Ok(fields)
    }
}

/// The error for an object with more fields than [`Fields::MOST`].
pub(crate) const TOO_MANY: &str = "more than 1,000 fields";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_kept_to_the_byte_and_in_their_order() {
        let json = r#"{"z":18446744073709551617,"a":{"b":1.0,"a" : 1},"é":"\u00e9"}"#;
        let fields = Fields::parse(json).unwrap();
        assert_eq!(serde_json::to_string(&fields).unwrap(), json);
    }

    #[test]
    fn a_field_that_is_given_twice_is_refused() {
        let error = Fields::parse(r#"{"a":1,"\u0061":2}"#)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("duplicate field `a`"), "{error}");
    }

    #[test]
    fn there_are_a_thousand_fields_at_the_most() {
        let object = |fields: usize| {
            let fields: Vec<_> = (0..fields).map(|n| format!("\"f{n}\":0")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert!(Fields::parse(&object(Fields::MOST)).is_ok());
        let error = Fields::parse(&object(Fields::MOST + 1)).unwrap_err();
        assert!(error.to_string().starts_with(TOO_MANY), "{error}");
    }
}
