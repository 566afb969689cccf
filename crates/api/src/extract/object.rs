use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, Deserializer, IgnoredAny, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use std::marker::PhantomData;

/// A struct that is read only from a JSON object. Without this, serde also reads it from an array,
/// by position: `["a", null]` would pass for `{"title": "a", "project_id": null}`.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// Reads a present field, so that `null` differs from absence: absent is `None`, null is
/// `Some(None)`. Use it with `#[serde(default, deserialize_with = "present")]`.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a list of at most 100 elements. If it has more, reads one more, so that the domain refuses
/// the number. The others are checked, and dropped.
pub(crate) fn hundred<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(HundredVisitor(PhantomData))
}

/// As [`hundred`], for a list that may be absent or null. Use it with `#[serde(default)]`.
pub(crate) fn hundred_if_any<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let list = Option::<Hundred<T>>::deserialize(deserializer)?;
    Ok(list.map(|Hundred(list)| list))
}

/// As [`hundred`], for a list whose absence differs from null.
pub(crate) fn given_hundred<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Vec<T>>>, D::Error> {
    hundred_if_any(deserializer).map(Some)
}

struct Hundred<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Hundred<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hundred(deserializer).map(Self)
    }
}

struct HundredVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for HundredVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while list.len() <= 100 {
            match elements.next_element()? {
                Some(element) => list.push(element),
                None => return Ok(list),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(list)
    }
}

/// Reads a whole number in any notation: in JSON Schema, `60.0` is also an integer.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    // Up to 2^53, which a double holds exactly.
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    let whole = number.as_i64().or_else(|| {
        let double = number.as_f64().filter(exact)?;
        // The value is whole and small enough, so the cast is exact.
        Some(double as i64)
    });
    whole
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom("expected a whole number"))
}

/// Reads `true` or `false` of a query in upper or lower case: Python writes `True`.
pub(crate) fn yes_or_no<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<bool>, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.to_ascii_lowercase().as_str() {
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(serde::de::Error::custom("expected true or false")),
    }
}

/// Reads a field that may be absent, but not null.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// As [`given`], for one of a set of words.
pub(crate) fn given_word<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    word(deserializer).map(Some)
}

/// Reads one of a set of words. Without this, a value that is not a string would count as broken
/// JSON.
pub(crate) fn word<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let word = String::deserialize(deserializer)?;
    T::deserialize(word.into_deserializer())
}
