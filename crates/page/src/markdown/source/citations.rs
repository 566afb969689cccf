//! The marks by which some models cite the results of a search. They are for a program that knows
//! the sources and do not help a reader, so the page leaves them out.

/// Characters of private use, by which a citation begins, and by which cited words begin and end.
pub(super) const OPEN: char = '\u{E200}';
const CLOSE: char = '\u{E201}';
const NEXT: char = '\u{E202}';
pub(super) const FROM: char = '\u{E203}';
pub(super) const TO: char = '\u{E204}';

/// How long a citation is at the most, in bytes. Lists of sources and pictures are longer than one.
const LONGEST: usize = 4096;

/// The length of the citation that the text begins with, in a message that has some (`cites`).
pub(super) fn length(text: &str, cites: bool) -> Option<usize> {
    match text.chars().next()? {
        OPEN => of_private_use(text),
        // Around the words that a citation is for; they stay.
        FROM | TO => cites.then_some(FROM.len_utf8()),
        '【' => in_brackets(text),
        _ => None,
    }
}

/// A text without its citations, for a place where it is not laid out.
pub(crate) fn without(text: &str) -> String {
    let cites = text.contains(OPEN);
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let cited = length(rest, cites);
        if cited.is_none() {
            kept.push(first);
        }
        rest = rest
            .get(cited.unwrap_or(first.len_utf8())..)
            .unwrap_or_default();
    }
    kept
}

/// U+E200, its kind (`cite`, `filecite`, `navlist`), and each source after U+E202, to U+E201.
fn of_private_use(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(OPEN)?;
    let name = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_')?;
    let arguments = rest
        .get(name..)
        .filter(|rest| name > 0 && rest.starts_with(NEXT))?;
    let end = arguments.find([CLOSE, OPEN]).filter(|end| *end <= LONGEST);
    let length = match end {
        Some(end) if arguments.get(end..)?.starts_with(CLOSE) => end + CLOSE.len_utf8(),
        // One that was cut off: its sources are words without spaces.
        _ => arguments
            .find(|c: char| !c.is_ascii_alphanumeric() && c != NEXT)
            .unwrap_or(arguments.len()),
    };
    Some(OPEN.len_utf8() + name + length)
}

/// `【4:0†source】`, `【12†L3-L8】`.
fn in_brackets(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('【')?;
    let number = rest.find(|c: char| !c.is_ascii_digit() && c != ':')?;
    let source = rest.get(number..)?.strip_prefix('†')?;
    let end = source
        .char_indices()
        .take(256)
        .find(|(_, c)| matches!(c, '】' | '\n'))
        .filter(|(_, c)| *c == '】')?;
    let length = '【'.len_utf8() + number + '†'.len_utf8() + end.0 + '】'.len_utf8();
    (number > 0).then_some(length)
}
