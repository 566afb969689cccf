//! Whole addresses in running text, which end where a person would end them.

use super::letters::{closing, full_width, opening, unspaced};
use super::segments;
use crate::markdown::links::allowed;
use std::borrow::Cow;

/// Longer ones are not for people to read; the bound keeps the search linear.
const LONGEST: usize = 2048;

/// The address that the text begins with: how long it is, and where it leads.
pub(super) fn at<'a>(before: &str, text: &'a str) -> Option<(usize, Cow<'a, str>)> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(scheme))
    })?;
    let last = before.chars().next_back();
    if last
        .is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c.is_alphabetic() && !unspaced(c))
    {
        return None;
    }
    let rest = text.get(scheme.len()..)?;
    let written = text.get(..scheme.len() + end(rest, last))?;
    let address = unescaped(written);
    // A host has at least one letter or digit.
    let host = address
        .get(scheme.len()..)?
        .starts_with(|c: char| c.is_alphanumeric() || c == '[');
    (host && allowed(&address)).then_some((written.len(), address))
}

/// Where an address ends whose scheme stands before `rest`, and before that `last`.
fn end(rest: &str, last: Option<char>) -> usize {
    let mut open: Vec<char> = Vec::new();
    let mut in_unspaced = false;
    // Up to here, letters belong to the address.
    let mut sure = 0;
    let mut end = 0;
    let mut characters = rest.char_indices().take(LONGEST).peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let stops = match c {
            '(' | '[' | '{' => {
                open.push(c);
                false
            }
            ')' | ']' | '}' => open.pop().map(closes) != Some(c),
            // It leads nowhere; before punctuation it is an escape.
            '\\' => !next.is_some_and(|next| {
                matches!(next, '_' | '*' | '~' | '-' | '.' | '&' | '#' | '(' | ')')
            }),
            // 'https://example.org', https://example.org's
            '\'' => last == Some('\'') || next == Some('s'),
            c if unspaced(c) => {
                if !in_unspaced && at >= sure {
                    sure = segments::end(rest, at).unwrap_or(at);
                }
                let goes_on = in_unspaced || at < sure;
                in_unspaced = true;
                !goes_on
            }
            // A label of a host, or a word, continues after these.
            '.' | '-' | '_' => false,
            c => {
                in_unspaced = false;
                never_inside(c)
            }
        };
        if stops {
            break;
        }
        end = at + c.len_utf8();
    }
    without_sentence(rest.get(..end).unwrap_or_default()).len()
}

fn closes(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

fn never_inside(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || full_width(c)
        || !c.is_ascii() && (opening(c) || closing(c))
        || matches!(c, '<' | '>' | '"' | '`' | '|' | '^' | '—' | '―' | '•' | '→')
        // Invisible characters.
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
        || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}')
}

/// Without the punctuation of the sentence around it.
fn without_sentence(mut address: &str) -> &str {
    loop {
        let last = address.chars().next_back();
        let ends = |c| {
            matches!(
                c,
                '.' | ','
                    | ';'
                    | ':'
                    | '!'
                    | '?'
                    | '*'
                    | '_'
                    | '~'
                    | '\''
                    | '&'
                    | '$'
                    | '\\'
                    | '–'
                    | '-'
                    | '('
                    | '['
                    | '{'
            )
        };
        match last
            .filter(|c| ends(*c))
            .and_then(|c| address.strip_suffix(c))
        {
            Some(shorter) => address = shorter,
            None => return address,
        }
    }
}

/// Without the escapes and entities that Markdown reads.
fn unescaped(written: &str) -> Cow<'_, str> {
    match written.contains('\\') || written.contains("&amp;") {
        false => Cow::Borrowed(written),
        true => Cow::Owned(written.replace('\\', "").replace("&amp;", "&")),
    }
}
