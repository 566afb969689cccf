//! Where a link in a message may lead, and which addresses in plain text become links.

/// Whether a link may lead there: the web and mail, by a whole address. What is relative would lead
/// to this server, which its writer did not mean.
pub(super) fn allowed(destination: &str) -> bool {
    let Some((scheme, rest)) = destination.split_once(':') else {
        return false;
    };
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let mail = scheme.eq_ignore_ascii_case("mailto");
    // Characters that browsers drop or take for a slash: nobody's link needs them.
    let plain = !rest.contains(|c: char| c.is_control() || c == '\\');
    plain && ((web && rest.starts_with("//")) || mail)
}

/// A piece of running text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Address(&'a str),
}

/// Finds the addresses in running text, as GitHub's Markdown does (extended autolinks).
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some(at) = find_scheme(rest, searched) {
        let (before, from) = rest.split_at(at);
        let address = address(from);
        let stands_alone = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if !stands_alone || !allowed(address) || address.ends_with("://") {
            searched = at + 4;
            continue;
        }
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Address(address));
        rest = from.split_at(address.len()).1;
        searched = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn find_scheme(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = text.get(at..)?.find("http") {
        at += found;
        let rest = text.get(at + 4..)?;
        if rest.starts_with("://") || rest.starts_with("s://") {
            return Some(at);
        }
        at += 4;
    }
    None
}

/// The address that the text begins with: up to a space or a character that cannot be in one, without
/// the punctuation of the sentence around it.
fn address(text: &str) -> &str {
    // Longer ones are not for people to read; the bound keeps the search linear.
    let end = text
        .char_indices()
        .take(2048)
        .find(|(_, c)| {
            c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '|')
        })
        .map_or_else(
            || {
                text.char_indices()
                    .nth(2048)
                    .map_or(text.len(), |(at, _)| at)
            },
            |(at, _)| at,
        );
    let mut address = text.split_at(end).0;
    let mut surplus = address
        .matches(')')
        .count()
        .saturating_sub(address.matches('(').count());
    loop {
        let shorter = match address.chars().next_back() {
            Some(')') if surplus > 0 => {
                surplus -= 1;
                address.strip_suffix(')')
            }
            Some(
                '.' | ',' | ';' | ':' | '!' | '?' | '*' | '_' | '~' | '\'' | '…' | '。' | '，'
                | '、' | '）',
            ) => {
                let mut characters = address.chars();
                characters.next_back();
                Some(characters.as_str())
            }
            _ => None,
        };
        match shorter {
            Some(shorter) => address = shorter,
            None => return address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Piece::{Address, Text};
    use super::*;

    #[test]
    fn links_lead_to_the_web_and_to_mail() {
        for good in [
            "https://example.org/a?b#c",
            "HTTP://example.org",
            "mailto:a@example.org",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            " javascript:x",
            "\u{1}javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:x",
            "/relative",
            "#fragment",
            "//example.org",
            "?query",
            "",
            "https:example.org",
            "https:\\\\example.org",
            "http://a\tb",
            "view-source:https://x",
            "ftp://example.org",
        ] {
            assert!(!allowed(bad), "{bad:?}");
        }
    }

    #[test]
    fn addresses_in_text_become_links_without_the_sentence_around_them() {
        assert_eq!(
            pieces("See (https://example.org/a_(b)). And http://x.org/?q=1, too."),
            [
                Text("See ("),
                Address("https://example.org/a_(b)"),
                Text("). And "),
                Address("http://x.org/?q=1"),
                Text(", too."),
            ]
        );
        for none in [
            "xhttps://example.org",
            "https://",
            "http:/example.org",
            "http",
            "shttp://",
        ] {
            assert_eq!(pieces(none), [Text(none)]);
        }
    }
}
