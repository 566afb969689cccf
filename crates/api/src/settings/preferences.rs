//! A client's own object. Its text is kept: it is measured before it is read, and no tree of values is
//! made of it, which may take fifty times the memory.

use crate::error::{ApiError, code};
use crate::extract::fault;
use domain::json::{Unique, Unread, inspect};
use domain::settings::Preferences;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde_json::value::RawValue;

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
        // Names in deeper objects are the client's own affair.
        match inspect(&text, &[], Unique::AtTop) {
            Err(Unread::Twice(name)) => {
                Err(D::Error::custom(format_args!("duplicate field `{name}`")))
            }
            Err(Unread::Unreadable(error)) => Ok(Self::Unreadable(fault(&error))),
            Ok(facts) if facts.has_nul => Ok(Self::HasNul),
            Ok(_) => Ok(Self::Sound(text)),
        }
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
    fn content_that_cannot_be_stored_is_recognised() {
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
