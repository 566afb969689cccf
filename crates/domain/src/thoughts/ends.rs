//! Where marks end a thought, and where they are only mentioned.

use super::marks::MARKS;

/// How many mentioned marks in a thought are passed by.
const MOST: usize = 64;

/// Where the mark ends a thought; a quoted mark does not. `is_over`: no more text follows.
pub(super) fn end(text: &str, close: &str, is_over: bool) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let places = lower.match_indices(close).map(|(at, _)| at).take(MOST);
    let mut said = places.filter(|at| !is_quoted(text, *at, close.len()));
    let at = said.next()?;
    let shows = is_over || at + close.len() < text.len() || !is_after_a_quote(text, at);
    shows.then_some(at)
}

/// Whether the mark at this place is between quotation marks or brackets.
pub(super) fn is_quoted(text: &str, at: usize, length: usize) -> bool {
    let after = text
        .get(at + length..)
        .and_then(|after| after.chars().next());
    let ends = after.is_some_and(|after| "`\"'”’“»)」』》〉）".contains(after));
    ends && is_after_a_quote(text, at)
}

/// Whether a quotation begins right before this place. A quotation mark that is the same at both
/// ends begins a quotation when it is the last of an odd number.
pub(super) fn is_after_a_quote(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    match before.chars().next_back() {
        Some(mark @ ('`' | '"')) => before.matches(mark).count() % 2 == 1,
        Some(mark) => "'“‘«„(「『《〈（".contains(mark),
        None => false,
    }
}

/// Where a thought ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    At(usize),
    /// The line continues like a sentence about the marks, after the mark at this place.
    Spoken(usize),
    Open,
}

/// The end of the thought between these marks, in a complete text. Skips thoughts within the
/// thought, and marks that are a word of a sentence.
pub(super) fn end_of(text: &str, open: &str, close: &str) -> End {
    let lower = text.to_ascii_lowercase();
    let places = |mark: &'static str| lower.match_indices(mark).take(MOST);
    let said = |at: &usize, mark: &str| !is_quoted(text, *at, mark.len());
    let (open, close) = match MARKS.iter().find(|(of, _)| *of == open) {
        Some((open, end)) if *end == close => (*open, *end),
        _ => return End::Open,
    };
    let closes: Vec<_> = places(close)
        .map(|(at, _)| at)
        .filter(|at| said(at, close))
        .collect();
    let Some(first) = closes.first().copied() else {
        return End::Open;
    };
    let is_a_word = |at: usize| is_a_word(text, at, close.len());
    let within = |at: &usize| !lower.get(..*at).is_some_and(|before| before.ends_with(' '));
    let opened: Vec<_> = places(open)
        .map(|(at, _)| at)
        .filter(|at| said(at, open) && within(at))
        .collect();
    let ends: Vec<_> = closes
        .iter()
        .copied()
        .filter(|at| !is_a_word(*at))
        .collect();
    // The first closing mark before which as many thoughts are closed as were opened.
    let nested = ends.iter().enumerate().find(|(closed, at)| {
        let opened = opened.iter().filter(|open| open < at).count();
        opened <= *closed
    });
    let is_alone = |at: usize| {
        let after = text.get(at + close.len()..).unwrap_or_default();
        lower.get(..at).is_some_and(|before| before.ends_with('\n'))
            && after
                .split('\n')
                .next()
                .is_some_and(|line| line.trim().is_empty())
    };
    match nested.map(|(_, at)| *at).or(ends.first().copied()) {
        Some(at) if at == first || !is_a_word(first) || is_alone(at) => End::At(at),
        _ if text.get(..first).is_some_and(|line| line.contains('\n')) => End::At(first),
        _ => End::Spoken(first),
    }
}

/// Whether the mark at this place stands as a word of a sentence.
pub(super) fn is_a_word(text: &str, at: usize, length: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + length..).unwrap_or_default();
    let ends_sentence = before
        .trim_end()
        .ends_with(['.', '!', '?', '。', '！', '？', '…']);
    before.ends_with(' ')
        && !ends_sentence
        && !after.trim_start_matches(' ').is_empty()
        && !after.starts_with(['\n', '\r'])
}

/// Where the mark is found at this place or after it, whatever the case of its letters.
pub(super) fn find(text: &str, mark: &str, from: usize) -> Option<usize> {
    let first = mark.chars().next()?;
    let mut from = from.min(text.len());
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let rest = text.get(from..)?;
    let places = rest.match_indices(|c: char| c.eq_ignore_ascii_case(&first));
    let mut places = places.map(|(at, _)| from + at);
    places.find(|at| {
        let found = text.get(*at..*at + mark.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(mark))
    })
}
