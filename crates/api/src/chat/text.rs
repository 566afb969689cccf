//! Checks the texts in values that are passed on unread: each must be valid text.

use crate::error::{ApiError, code};

/// Whether a field contains the NUL character, at any depth. Refuses a text that is not Unicode:
/// JSON can contain half a surrogate pair, which cannot be stored.
pub(crate) fn has_nul(name: &str, value: &str) -> Result<bool, ApiError> {
    let mut has_nul = false;
    let mut rest = value;
    // In well-formed JSON, a backslash begins an escape and occurs only in texts.
    while let Some((_, escape)) = rest.split_once('\\') {
        let (unit, mut after) = unit(escape);
        match unit {
            Some(0) => has_nul = true,
            Some(0xD800..=0xDBFF) => match after.strip_prefix('\\').map(self::unit) {
                Some((Some(0xDC00..=0xDFFF), behind)) => after = behind,
                _ => return Err(lone_surrogate(name)),
            },
            Some(0xDC00..=0xDFFF) => return Err(lone_surrogate(name)),
            _ => {}
        }
        rest = after;
    }
    Ok(has_nul)
}

/// The UTF-16 unit of a `\u` escape, if it is one, and the text after the escape. `escape` begins
/// after the backslash.
fn unit(escape: &str) -> (Option<u16>, &str) {
    let digits = escape.strip_prefix('u').and_then(|text| text.get(..4));
    match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
        Some(unit) => (Some(unit), escape.get(5..).unwrap_or_default()),
        None => (None, escape.get(1..).unwrap_or_default()),
    }
}

fn lone_surrogate(name: &str) -> ApiError {
    let message = format!("{name} is not valid JSON: a text in it has half of a surrogate pair.");
    ApiError::new(code::INVALID_JSON, message).param(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_json_reads_them() {
        for (value, expected) in [
            (r#""plain é 😀""#, Some(false)),
            (r#""\ud83d\ude00""#, Some(false)),
            (r#"["a\\u0000","\\\\ud800","\"\n"]"#, Some(false)),
            (r#"{"a":{"\u0000":1}}"#, Some(true)),
            (r#""\\\u0000""#, Some(true)),
            (r#""\ud83d""#, None),
            (r#""\ud83d\n""#, None),
            (r#""\ud83d\ud83d""#, None),
            (r#""\ude00\ud83d""#, None),
            (r#""\ud83dx\ude00""#, None),
        ] {
            assert_eq!(has_nul("x", value).ok(), expected, "{value}");
        }
    }
}
