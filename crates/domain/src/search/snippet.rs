//! The part of a text that shows why it was found.

use std::ops::Range;

/// How many characters a snippet shows, and how many of them before the first match.
const LONGEST: usize = 200;
const BEFORE: usize = 60;
/// How far the beginning is moved to that of a word.
const NEAR: usize = 20;

/// Plain text, and the places of the matches in it, in characters.
pub(super) fn snippet(text: &str, places: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let first = places.first().map_or(0, |first| first.start);
    let mut start = first.saturating_sub(BEFORE);
    if start > 0 {
        let near = text.chars().skip(start).take(NEAR.min(first - start));
        let space = near.enumerate().find(|(_, c)| c.is_whitespace());
        start += space.map_or(0, |(place, _)| place + 1);
    }
    let mut shown = text.chars().skip(start);
    let mut snippet = String::new();
    if start > 0 {
        snippet.push('…');
    }
    let lead = usize::from(start > 0);
    for c in shown.by_ref().take(LONGEST) {
        // The lines of a text are shown as one.
        snippet.push(if c.is_control() || c.is_whitespace() {
            ' '
        } else {
            c
        });
    }
    if shown.next().is_some() {
        snippet.push('…');
    }
    let end = start + LONGEST;
    let within = places
        .iter()
        .filter(|place| place.start >= start && place.start < end);
    let within = within.map(|place| {
        let last = place.end.min(end);
        place.start - start + lead..last - start + lead
    });
    (snippet, within.collect())
}
