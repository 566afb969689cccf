use super::FormatParam;
use domain::conversations::Conversation;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand unencoded in an extended parameter (RFC 8187, 3.2.1).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The header that names the file: by the title for those who understand it, by the id otherwise.
pub(super) fn of(conversation: &Conversation, format: FormatParam) -> String {
    let ending = match format {
        FormatParam::Json => "json",
        FormatParam::Md => "md",
    };
    let plain = format!("attachment; filename=\"{}.{ending}\"", conversation.id);
    let Some(title) = &conversation.title else {
        return plain;
    };
    // Nothing that a file system or a terminal would take for something else.
    let safe: String = title
        .as_str()
        .chars()
        .map(|c| {
            if c.is_control() || "/\\:*?\"<>|".contains(c) {
                '-'
            } else {
                c
            }
        })
        .take(100)
        .collect();
    let safe = safe.trim_matches(['.', ' ']);
    if safe.is_empty() {
        return plain;
    }
    let named = format!("{safe}.{ending}");
    format!(
        "{plain}; filename*=UTF-8''{}",
        utf8_percent_encode(&named, KEPT)
    )
}
