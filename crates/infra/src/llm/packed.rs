//! Compressed answers. The service does not ask for them and does not unpack them: a small answer
//! could become a large one.

/// The first bytes of compressed data. Text cannot begin with them.
const BEGINNINGS: [(&str, &[u8]); 5] = [
    ("gzip", b"\x1f\x8b"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("deflate", b"\x78\x01"),
    ("deflate", b"\x78\x9c"),
    ("deflate", b"\x78\xda"),
];

/// Whether more bytes are needed to see it.
pub(super) fn may_be_packed(seen: &[u8]) -> bool {
    let begins = |(_, beginning): &(&str, &[u8])| {
        beginning.len() > seen.len() && beginning.starts_with(seen)
    };
    !seen.is_empty() && BEGINNINGS.iter().any(begins)
}

/// The name of the compression of a body, by its first bytes (`seen`), or by its `Content-Encoding`
/// (`declared`). `None` if it is not compressed; text never is, whatever its
/// header says.
pub(super) fn packing<'a>(seen: &[u8], declared: Option<&'a str>) -> Option<&'a str> {
    let begins = |(_, beginning): &&(&str, &[u8])| seen.starts_with(beginning);
    if let Some((name, _)) = BEGINNINGS.iter().find(begins) {
        return Some(name);
    }
    let declared = declared.filter(|name| !name.eq_ignore_ascii_case("identity"))?;
    let is_text = match std::str::from_utf8(seen) {
        Ok(text) => !text.chars().any(|c| c.is_control() && !c.is_whitespace()),
        // A piece can end within a character.
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    (!is_text).then_some(declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_bytes_are_named_and_text_is_text() {
        for (seen, declared, expected) in [
            (&b"\x1f\x8b\x08"[..], None, Some("gzip")),
            (b"\x28\xb5\x2f\xfd\x04", Some("zstd"), Some("zstd")),
            (b"\x78\x9cab", None, Some("deflate")),
            (b"\x0b\x02\x80data", Some("br"), Some("br")),
            (b"{\"a\":1}", Some("gzip"), None),
            (b"data: x\n\n", Some("br"), None),
            (b"(a", None, None),
            (b"\xff", Some("identity"), None),
        ] {
            assert_eq!(packing(seen, declared), expected, "{seen:?}");
        }
        assert!(may_be_packed(b"\x28\xb5") && may_be_packed(b"x"));
        assert!(!may_be_packed(b"\x1f\x8b") && !may_be_packed(b"") && !may_be_packed(b"xy"));
    }
}
