/// A valid JSON text without the blanks outside of its strings; `None` where that is longer than
/// `most` bytes.
pub(super) fn compact(text: &str, most: usize) -> Option<String> {
    let mut kept = String::new();
    let (mut is_inside, mut is_escaped) = (false, false);
    // The text from here on is not copied yet.
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !is_inside && matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            kept.push_str(text.get(from..at)?);
            from = at + 1;
        }
        if byte == b'"' && !is_escaped {
            is_inside = !is_inside;
        }
        is_escaped = is_inside && byte == b'\\' && !is_escaped;
        if kept.len() + at.saturating_sub(from) > most {
            return None;
        }
    }
    kept.push_str(text.get(from..)?);
    (kept.len() <= most).then_some(kept)
}
