use super::ExportFormat;
use domain::conversations::Conversation;
use domain::text;
use domain::visible::{can_be_seen, is_blank};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that are allowed unencoded in an extended parameter (RFC 8187, 3.2.1).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The most bytes of a title in a file's name: file systems allow 255, including the ending, and
/// some programs append to a name that exists already.
const MOST: usize = 200;

/// The header with the file name: the title for clients that understand it, the id otherwise.
pub(super) fn of(conversation: &Conversation, format: ExportFormat) -> String {
    let ending = match format {
        ExportFormat::Json => "json",
        ExportFormat::Md => "md",
    };
    let plain = format!("attachment; filename=\"{}.{ending}\"", conversation.id);
    let title = conversation.title.as_ref();
    let Some(name) = title.and_then(|title| safe(title.as_str())) else {
        return plain;
    };
    let named = format!("{name}.{ending}");
    format!(
        "{plain}; filename*=UTF-8''{}",
        utf8_percent_encode(&named, KEPT)
    )
}

/// The title as a name that is valid in every file system and not misleading: `None` when no
/// character is left.
fn safe(title: &str) -> Option<String> {
    let mut plain = String::new();
    for c in title.chars() {
        let joins = matches!(c, '\u{200d}' | '\u{fe0f}') && plain.ends_with(is_picture);
        plain.extend(if joins { Some(c) } else { as_plain(c) });
    }
    // Such names are hidden in lists, cut off by Windows, or read as an option or a home by a
    // shell.
    let outside = |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '~');
    let cut = text::beginning(plain.trim_start_matches(outside), MOST);
    let name = cut.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '\u{200d}'));
    if !can_be_seen(name) {
        return None;
    }
    match is_device(name) {
        true => Some(format!("_{name}")),
        false => Some(name.to_owned()),
    }
}

/// A character that is safe in a file name. Invisible characters can reverse the name, so that its
/// ending looks like another (U+202E), or make two names look the same.
fn as_plain(c: char) -> Option<char> {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => Some('-'),
        '\u{2028}' | '\u{2029}' => Some('-'),
        // Looks like a slash, and becomes one where names are normalised.
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' | '\u{ff3c}' => Some('-'),
        c if c.is_control() => Some('-'),
        c if c.is_whitespace() => Some(' '),
        c if is_blank(c) => None,
        c => Some(c),
    }
}

/// Whether a joiner of pictures may follow: it is the only invisible character that changes a
/// visible one.
fn is_picture(c: char) -> bool {
    c == '\u{fe0f}' || (c > '\u{2190}' && !c.is_alphanumeric() && !is_blank(c))
}

/// Whether Windows treats the name as a device, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_uppercase();
    let numbered = |device: &str| {
        let number = stem.strip_prefix(device).map(|number| number.chars());
        number.is_some_and(|mut number| {
            let digit = |c: char| c.is_ascii_digit() || matches!(c, '\u{b9}' | '\u{b2}' | '\u{b3}');
            number.next().is_some_and(digit) && number.next().is_none()
        })
    };
    let devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
    devices.contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_looks_like_what_it_is() {
        for (title, name) in [
            ("Plan: a/b \\ c?", Some("Plan- a-b - c-")),
            ("invoice\u{202e}gpj.exe", Some("invoicegpj.exe")),
            ("a\u{2066}b\u{2069}\u{200e}\u{200f}\u{61c}c", Some("abc")),
            ("a\u{200b}\u{200d}\u{feff}\u{ad}b", Some("ab")),
            ("a\u{2028}b\u{2029}c\nd", Some("a-b-c-d")),
            ("a\u{a0}b\u{3000}c", Some("a b c")),
            ("..", None),
            ("../../etc/passwd", Some("etc-passwd")),
            (".bashrc", Some("bashrc")),
            ("-rf", Some("rf")),
            ("~root", Some("root")),
            ("end. .", Some("end")),
            ("\u{200b}\u{3164}", None),
            ("con", Some("_con")),
            ("NUL.txt", Some("_NUL.txt")),
            ("aux .x", Some("_aux .x")),
            ("COM7", Some("_COM7")),
            ("lpt\u{b9}", Some("_lpt\u{b9}")),
            ("CON\u{202e}", Some("_CON")),
            ("COM10", Some("COM10")),
            ("console", Some("console")),
            ("a\u{2215}b\u{ff0f}c", Some("a-b-c")),
            ("Grüße 日本", Some("Grüße 日本")),
            ("👩‍👩‍👧 ❤\u{fe0f}", Some("👩‍👩‍👧 ❤\u{fe0f}")),
            ("👩\u{200d}", Some("👩")),
        ] {
            assert_eq!(safe(title).as_deref(), name, "{title:?}");
        }
    }

    #[test]
    fn a_name_fits_into_file_systems_and_ends_on_a_grapheme() {
        let long = safe(&"日".repeat(256)).unwrap();
        assert_eq!((long.len(), long.chars().count()), (198, 66));
        let marked = safe(&"e\u{301}".repeat(128)).unwrap();
        assert!(marked.len() <= 200 && marked.ends_with('\u{301}'));
        // One grapheme that is longer than the limit.
        assert_eq!(safe(&format!("e{}", "\u{301}".repeat(200))), None);
    }
}
