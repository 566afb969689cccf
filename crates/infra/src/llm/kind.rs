//! Detects the kind of an answer from its first bytes, since the servers' declaration is often
//! wrong.

use super::packed::may_be_packed;

/// The kind of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum AnswerKind {
    Events,
    Json,
}

/// The beginnings of a line of events, without spaces before the colon and in lower case. The last
/// is llama.cpp's.
const FIELDS: [&[u8]; 6] = [b":", b"data:", b"event:", b"id:", b"retry:", b"error:"];

/// The most bytes that are read for this: servers keep a connection open with white space.
pub(super) const MOST: usize = 64 * 1024;

/// The most bytes that are needed to recognise a field.
const MOST_OF_A_FIELD: usize = 16;

/// The kind of an answer with this beginning; `None` as long as it is not known.
pub(super) fn kind(seen: &[u8]) -> Option<AnswerKind> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    if MARK.starts_with(seen) || may_be_packed(seen) {
        return None;
    }
    let text = seen.strip_prefix(MARK).unwrap_or(seen).trim_ascii_start();
    let text: Vec<u8> = text.iter().take(MOST_OF_A_FIELD).copied().collect();
    let name = text
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let spaces = text
        .iter()
        .skip(name)
        .take_while(|byte| **byte == b' ')
        .count();
    let mut field = text.to_ascii_lowercase();
    field.drain(name..name + spaces);
    if FIELDS.iter().any(|known| field.starts_with(known)) {
        return Some(AnswerKind::Events);
    }
    let may_be = FIELDS.iter().any(|known| known.starts_with(&field));
    (!may_be).then_some(AnswerKind::Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_as_soon_as_it_can() {
        for (seen, expected) in [
            ("", None),
            (" \n", None),
            ("\u{feff}", None),
            ("da", None),
            ("data:", Some(AnswerKind::Events)),
            ("\u{feff}data:", Some(AnswerKind::Events)),
            ("\n: hello", Some(AnswerKind::Events)),
            ("error: {", Some(AnswerKind::Events)),
            ("DATA: {", Some(AnswerKind::Events)),
            ("data : {", Some(AnswerKind::Events)),
            ("data ", None),
            ("data  ", None),
            ("error code: 1015", Some(AnswerKind::Json)),
            ("date", Some(AnswerKind::Json)),
            ("\n\n{", Some(AnswerKind::Json)),
            ("<", Some(AnswerKind::Json)),
        ] {
            assert_eq!(kind(seen.as_bytes()), expected, "{seen:?}");
        }
        assert_eq!(kind(b"\xEF\xBB"), None);
    }
}
