//! What an answer is, by its first bytes: what servers say of it is often not so.

/// What an answer can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Events,
    Json,
}

/// What begins a line of events. The last one is of llama.cpp.
const FIELDS: [&[u8]; 6] = [b":", b"data:", b"event:", b"id:", b"retry:", b"error:"];

/// What an answer is that begins like this; `None` as long as it does not show.
pub(super) fn kind(seen: &[u8]) -> Option<Kind> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    if MARK.starts_with(seen) {
        return None;
    }
    let text = seen.strip_prefix(MARK).unwrap_or(seen).trim_ascii_start();
    if FIELDS.iter().any(|field| text.starts_with(field)) {
        return Some(Kind::Events);
    }
    let may_be = FIELDS.iter().any(|field| field.starts_with(text));
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
