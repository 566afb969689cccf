//! Code that is not made of words: elements with attributes, and changes line by line.

use super::Kind;

/// HTML, XML and their like.
pub(super) fn markup(code: &str, piece: &mut impl FnMut(Kind, &str)) {
    let mut rest = code;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        piece(Kind::Plain, before);
        if from.starts_with("<!--") {
            let end = from.find("-->").map_or(from.len(), |at| at + 3);
            let (comment, next) = from.split_at(end);
            piece(Kind::Comment, comment);
            rest = next;
            continue;
        }
        let name = from
            .find(|c: char| {
                !(c.is_alphanumeric() || matches!(c, '<' | '/' | '!' | '?' | '-' | ':' | '.'))
            })
            .unwrap_or(from.len());
        let (opening, inside) = from.split_at(name);
        piece(Kind::Keyword, opening);
        rest = attributes(inside, piece);
    }
    piece(Kind::Plain, rest);
}

/// Up to the end of the tag; returns what follows it.
fn attributes<'a>(inside: &'a str, piece: &mut impl FnMut(Kind, &str)) -> &'a str {
    let mut rest = inside;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '<' => return rest,
            '>' => (Kind::Keyword, 1),
            '"' | '\'' => {
                let (_, quoted) = rest.split_at(1);
                let end = quoted.find(first).map_or(rest.len(), |at| at + 2);
                (Kind::Text, end)
            }
            c if c.is_alphabetic() || matches!(c, '@' | ':' | '_') => {
                let end = rest.find(|c: char| {
                    !(c.is_alphanumeric() || matches!(c, '@' | ':' | '_' | '-' | '.'))
                });
                (Kind::Property, end.unwrap_or(rest.len()))
            }
            c => (Kind::Plain, c.len_utf8()),
        };
        let (taken, next) = rest.split_at(length);
        piece(kind, taken);
        rest = next;
        if first == '>' {
            break;
        }
    }
    rest
}

/// The output of `diff` and git.
pub(super) fn difference(code: &str, piece: &mut impl FnMut(Kind, &str)) {
    for line in code.split_inclusive('\n') {
        let kind = match line {
            _ if line.starts_with("+++") || line.starts_with("---") => Kind::Comment,
            _ if line.starts_with("@@") => Kind::Keyword,
            _ if line.starts_with('+') => Kind::Inserted,
            _ if line.starts_with('-') => Kind::Deleted,
            _ if line.starts_with("diff ") || line.starts_with("index ") => Kind::Comment,
            _ => Kind::Plain,
        };
        piece(kind, line);
    }
}
