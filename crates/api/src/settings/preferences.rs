//! A client's own object. Its text is kept: it is measured before it is read, and no tree of values is
//! made of it, which may take fifty times the memory.

use crate::error::{ApiError, code};
use crate::extract::fault;
use domain::settings::Preferences;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::value::RawValue;
use std::cell::Cell;
use std::collections::HashSet;

/// Preferences, or why they cannot be kept. A field that is given twice is an error of reading.
#[derive(Debug)]
pub(crate) enum PreferencesBody {
    /// Without blanks.
    Sound(String),
    TooLarge,
    HasNul,
    /// The error with its reason, but without the place: that counts in the text without its blanks.
    Unreadable(&'static str),
}

impl<'de> Deserialize<'de> for PreferencesBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let text = text.get();
        if !text.starts_with('{') {
            return Err(D::Error::invalid_type(kind(text), &"an object"));
        }
        let Some(text) = compact(text, Preferences::MAX_BYTES) else {
            return Ok(Self::TooLarge);
        };
        let notes = Notes::default();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let read = deserializer.deserialize_map(Top(&notes));
        if let Some(name) = notes.twice.take() {
            return Err(D::Error::custom(format_args!("duplicate field `{name}`")));
        }
        Ok(match read {
            Err(error) => Self::Unreadable(fault(&error)),
            Ok(()) if notes.has_nul.get() => Self::HasNul,
            Ok(()) => Self::Sound(text),
        })
    }
}

impl TryFrom<PreferencesBody> for Preferences {
    type Error = ApiError;

    fn try_from(body: PreferencesBody) -> Result<Self, ApiError> {
        match body {
            PreferencesBody::Sound(text) => Ok(Self::parse(text)?),
            PreferencesBody::TooLarge => Err(Self::too_large().into()),
            PreferencesBody::HasNul => {
                domain::text::check("preferences", "\0", 0..=1)?;
                Ok(Self::default())
            }
            PreferencesBody::Unreadable(why) => {
                let message = format!("The body is not valid JSON, in preferences: {why}.");
                Err(ApiError::new(code::INVALID_JSON, message))
            }
        }
    }
}

/// The name of the type of a valid value that is not an object.
fn kind(text: &str) -> Unexpected<'_> {
    match text.as_bytes().first() {
        Some(b'[') => Unexpected::Seq,
        Some(b'"') => Unexpected::Str(text.trim_matches('"')),
        Some(b't') => Unexpected::Bool(true),
        Some(b'f') => Unexpected::Bool(false),
        Some(b'n') => Unexpected::Unit,
        _ => Unexpected::Other("a number"),
    }
}

/// A valid JSON text without the blanks outside of its strings; `None` where that is longer than
/// `most`.
fn compact(text: &str, most: usize) -> Option<String> {
    let mut kept = String::new();
    let (mut is_inside, mut is_escaped) = (false, false);
    for letter in text.chars() {
        if !is_inside && matches!(letter, ' ' | '\t' | '\n' | '\r') {
            continue;
        }
        if letter == '"' && !is_escaped {
            is_inside = !is_inside;
        }
        is_escaped = is_inside && letter == '\\' && !is_escaped;
        if kept.len() + letter.len_utf8() > most {
            return None;
        }
        kept.push(letter);
    }
    Some(kept)
}

/// The problem found in an object.
#[derive(Default)]
struct Notes {
    /// A name of the object that is given twice.
    twice: Cell<Option<String>>,
    /// Whether a text or a name has a NUL character, which cannot be stored.
    has_nul: Cell<bool>,
}

/// The object itself.
struct Top<'a>(&'a Notes);

/// A value or a name in it.
#[derive(Clone, Copy)]
struct Inside<'a>(&'a Notes);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            Inside(self.0).look(&name);
            if names.contains(&name) {
                self.0.twice.set(Some(name));
                return Err(A::Error::custom("a name is given twice"));
            }
            names.insert(name);
            map.next_value_seed(Inside(self.0))?;
        }
        Ok(())
    }
}

impl Inside<'_> {
    fn look(self, text: &str) {
        if text.contains('\0') {
            self.0.has_nul.set(true);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Inside<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inside<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.look(text);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(self)?.is_some() {
            map.next_value_seed(self)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> serde_json::Result<PreferencesBody> {
        serde_json::from_str(text)
    }

    #[test]
    fn blanks_go_and_all_else_stays() {
        let text = "{ \"b\\\" c\" : [ 1.50 , 1e300,\n-0 ],\t\"a\" : \" \\\\\" , \"é\":{ } }";
        let kept = r#"{"b\" c":[1.50,1e300,-0],"a":" \\","é":{}}"#;
        assert!(matches!(read(text).unwrap(), PreferencesBody::Sound(found) if found == kept));
    }

    #[test]
    fn the_size_counts_without_blanks() {
        let object = |length: usize| {
            format!(
                "{{{}\"a\" : \"{}\"}}",
                " ".repeat(99_999),
                "x".repeat(length)
            )
        };
        let fits = read(&object(Preferences::MAX_BYTES - 8)).unwrap();
        assert!(matches!(fits, PreferencesBody::Sound(_)));
        let large = read(&object(Preferences::MAX_BYTES - 7)).unwrap();
        assert!(matches!(large, PreferencesBody::TooLarge));
    }

    #[test]
    fn content_that_cannot_be_stored_is_told_apart() {
        for text in [
            r#"{"a":["\u0000"]}"#,
            r#"{"a":{"\u0000":1}}"#,
            r#"{"\u0000":1}"#,
        ] {
            assert!(
                matches!(read(text).unwrap(), PreferencesBody::HasNul),
                "{text}"
            );
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for text in [r#"{"a":"\ud800"}"#, r#"{"a":1e999}"#, &deep] {
            assert!(
                matches!(read(text).unwrap(), PreferencesBody::Unreadable(_)),
                "{text}"
            );
        }
        for text in [r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with("duplicate field `a`"), "{error}");
        }
        // Below the top a client may do as it likes.
        assert!(matches!(
            read(r#"{"o":{"a":1,"a":2}}"#).unwrap(),
            PreferencesBody::Sound(_)
        ));
        for text in ["[]", "7", "true", "\"a\""] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
