//! Languages made of words: comments, strings, numbers, names.

use super::Kind;
use super::languages::WordLanguage;

/// How many characters a literal of one character may have, as `'\\u{1F600}'` does.
const CHARACTER: usize = 12;

pub(super) fn write(words: &WordLanguage, code: &str, piece: &mut impl FnMut(Kind, &str)) {
    let mut rest = code;
    // Where plain text began that is not written yet.
    let mut plain = code;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token(words, rest, first, before);
        let (taken, next) = rest.split_at(length);
        if kind != Kind::Plain {
            let written = plain.len() - rest.len();
            piece(Kind::Plain, plain.split_at(written).0);
            piece(kind, taken);
            plain = next;
        }
        before = taken.chars().next_back().unwrap_or(' ');
        rest = next;
    }
    piece(Kind::Plain, plain);
}

/// The kind of the first piece of the text, and its length: at least one character.
fn token(words: &WordLanguage, rest: &str, first: char, before: char) -> (Kind, usize) {
    if let Some(length) = comment(words, rest, before) {
        return (Kind::Comment, length);
    }
    if let Some(length) = string(words, rest, first, before) {
        let names = words.keys.is_some_and(|key| names(rest, length, key));
        return (if names { Kind::Property } else { Kind::Text }, length);
    }
    if first.is_ascii_digit() {
        return (Kind::Number, number(rest));
    }
    if first.is_alphabetic() || first == '_' {
        let length = run(rest, |c| {
            c.is_alphanumeric() || c == '_' || (words.dashes && c == '-')
        });
        return (name(words, rest, length, first), length);
    }
    (Kind::Plain, first.len_utf8())
}

fn comment(words: &WordLanguage, rest: &str, before: char) -> Option<usize> {
    if let Some((opening, closing)) = words.block
        && let Some(inside) = rest.strip_prefix(opening)
    {
        let end = inside
            .find(closing)
            .map(|at| opening.len() + at + closing.len());
        return Some(end.unwrap_or(rest.len()));
    }
    let opening = words
        .line
        .iter()
        .find(|opening| rest.starts_with(**opening))?;
    // `$#` and `a#b` are not comments.
    let apart = *opening != "#" || before.is_whitespace() || matches!(before, ';' | ')' | '}');
    apart.then(|| rest.find('\n').unwrap_or(rest.len()))
}

fn string(words: &WordLanguage, rest: &str, first: char, before: char) -> Option<usize> {
    for quote in ["\"\"\"", "'''"] {
        if words.triple
            && let Some(inside) = rest.strip_prefix(quote)
        {
            let end = inside.find(quote).map(|at| at + 2 * quote.len());
            return Some(end.unwrap_or(rest.len()));
        }
    }
    if first == '`' && words.backquotes {
        return Some(closed(rest, first, true));
    }
    if first == '\'' && words.characters {
        return character(rest).filter(|_| !before.is_alphanumeric());
    }
    let quoted = first == '"' || (first == '\'' && words.apostrophes && !before.is_alphanumeric());
    quoted.then(|| closed(rest, first, false))
}

/// `'a'` and `'\\n'`, but not the `'a` of `&'a str`.
fn character(rest: &str) -> Option<usize> {
    let mut near = rest.char_indices().skip(1).take(CHARACTER);
    match near.next()?.1 {
        '\'' | '\n' => None,
        '\\' => near.skip(1).find(|(_, c)| *c == '\'').map(|(at, _)| at + 1),
        _ => near
            .next()
            .filter(|(_, c)| *c == '\'')
            .map(|(at, _)| at + 1),
    }
}

/// Up to the closing quote, or to the end of the line or the text if no quote follows.
fn closed(rest: &str, quote: char, lines: bool) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' if !lines => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn number(rest: &str) -> usize {
    let mut end = run(rest, |c| c.is_ascii_alphanumeric() || c == '_');
    let fraction = rest.split_at(end).1;
    if let Some(digits) = fraction.strip_prefix('.')
        && digits.starts_with(|c: char| c.is_ascii_digit())
    {
        end += 1 + run(digits, |c| c.is_ascii_alphanumeric() || c == '_');
    }
    end
}

fn name(words: &WordLanguage, rest: &str, length: usize, first: char) -> Kind {
    let (word, after) = rest.split_at(length);
    if words.has_keyword(word) {
        Kind::Keyword
    } else if words.keys.is_some_and(|key| names(rest, length, key)) {
        Kind::Property
    } else if after.starts_with('(') || after.starts_with("!(") {
        Kind::Function
    } else if first.is_uppercase() && words.types {
        Kind::Type
    } else {
        Kind::Plain
    }
}

/// Whether the text after this word, and after a few blanks at most, shows that it names a value.
fn names(rest: &str, length: usize, key: char) -> bool {
    let after = rest.split_at(length).1;
    let next = after.chars().take(8).find(|c| *c != ' ');
    next == Some(key)
}

fn run(text: &str, mut belongs: impl FnMut(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}
