//! Paths of Windows, whose backslashes Markdown would take for escapes: `C:\_new\(1)`.

/// The length of the path that the text begins with at a backslash.
pub(super) fn length(before: &str, text: &str) -> Option<usize> {
    if !text.starts_with('\\') {
        return None;
    }
    let mut back = before.chars().rev();
    let drive = back.next() == Some(':')
        && back.next().is_some_and(|c| c.is_ascii_alphabetic())
        && !back.next().is_some_and(char::is_alphanumeric);
    let server = text
        .strip_prefix("\\\\")
        .is_some_and(|rest| is_server(before, rest));
    if !drive && !server {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '`' | '|' | '<' | '>' | '"' | '*' | '$');
    Some(text.find(ends).unwrap_or(text.len()))
}

/// A name and a backslash: `\\server\share`.
fn is_server(before: &str, rest: &str) -> bool {
    let alone = before
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '"' | '\''));
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
    let share = rest.get(end..).and_then(|rest| rest.strip_prefix('\\'));
    alone
        && end > 1
        && share.is_some_and(|share| {
            share.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
        })
}
