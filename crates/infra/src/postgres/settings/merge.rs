use serde::Serializer as _;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::Error as _;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// The fields of an object in their order. Each value is the text from the input, unchanged.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

/// An object with the fields of both. A field of `new` takes the place of its earlier value.
pub(super) fn merged(earlier: &str, new: &str) -> serde_json::Result<String> {
    let Fields(earlier) = serde_json::from_str(earlier)?;
    let Fields(new) = serde_json::from_str(new)?;
    let names = earlier.iter().map(|(name, _)| name.as_str());
    let indexes: HashMap<_, _> = names.enumerate().map(|(at, name)| (name, at)).collect();
    let mut fields: Vec<_> = earlier.iter().map(|(name, value)| (name, *value)).collect();
    for (name, value) in &new {
        match indexes
            .get(name.as_str())
            .and_then(|at| fields.get_mut(*at))
        {
            Some(field) => field.1 = *value,
            None => fields.push((name, *value)),
        }
    }
    let mut written = Vec::new();
    serde_json::Serializer::new(&mut written).collect_map(fields)?;
    String::from_utf8(written).map_err(serde_json::Error::custom)
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn a_field_keeps_its_place_and_every_digit() {
        let earlier = r#"{"z":1e300,"a":{"x":1},"é":[0.10]}"#;
        let new = r#"{"b":123456789012345678901234567890,"a":{"y":2.50}}"#;
        let both = merged(earlier, new).unwrap();
        let expected =
            r#"{"z":1e300,"a":{"y":2.50},"é":[0.10],"b":123456789012345678901234567890}"#;
        assert_eq!(both, expected);
        assert_eq!(merged("{}", "{}").unwrap(), "{}");
    }
}
