//! What an answer is, by its first bytes: what servers say of it is often not so.

/// What an answer can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Events,
    Json,
}

/// What begins a line of events, spaces before the colon and capitals aside. The last one is of llama.cpp.
const FIELDS: [&[u8]; 6] = [b":", b"data:", b"event:", b"id:", b"retry:", b"error:"];

/// The most bytes that are looked at: servers keep a connection open with white space.
pub(super) const MOST: usize = 64 * 1024;

/// As much as shows which field it is.
const MOST_OF_A_FIELD: usize = 16;

/// What an answer is that begins like this; `None` as long as it does not show.
pub(super) fn kind(seen: &[u8]) -> Option<Kind> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    if MARK.starts_with(seen) {
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
        return Some(Kind::Events);
    }
    let may_be = FIELDS.iter().any(|known| known.starts_with(&field));
    (!may_be).then_some(Kind::Json)
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
            ("data:", Some(Kind::Events)),
            ("\u{feff}data:", Some(Kind::Events)),
            ("\n: hello", Some(Kind::Events)),
            ("error: {", Some(Kind::Events)),
            ("DATA: {", Some(Kind::Events)),
            ("data : {", Some(Kind::Events)),
            ("data ", None),
            ("data  ", None),
            ("error code: 1015", Some(Kind::Json)),
            ("date", Some(Kind::Json)),
            ("\n\n{", Some(Kind::Json)),
            ("<", Some(Kind::Json)),
        ] {
            assert_eq!(kind(seen.as_bytes()), expected, "{seen:?}");
        }
        assert_eq!(kind(b"\xEF\xBB"), None);
    }
}
