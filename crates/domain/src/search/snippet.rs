//! The part of a text that shows why it was found.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation as _;

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
    let mut rest = text.chars().skip(start);
    let shown: String = rest.by_ref().take(LONGEST).collect();
    let lead = usize::from(start > 0);
    let mut snippet = String::new();
    if start > 0 {
        snippet.push('…');
    }
    // The lines of a text are shown as one.
    let is_space = |c: char| c.is_control() || c.is_whitespace();
    snippet.extend(shown.chars().map(|c| if is_space(c) { ' ' } else { c }));
    if rest.next().is_some() {
        snippet.push('…');
    }
    let end = start + LONGEST;
    let within = places
        .iter()
        .filter(|at| at.start >= start && at.start < end);
    let within = within.map(|at| at.start - start..at.end.min(end) - start);
    let matches = whole_characters(&shown, within);
    let matches = matches.into_iter().map(|at| at.start + lead..at.end + lead);
    (snippet, matches.collect())
}

/// The places, extended to what a reader sees as characters: with the marks and the skin tone of each.
fn whole_characters(text: &str, places: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let ends = text.graphemes(true).scan(0, |end, seen| {
        *end += seen.chars().count();
        Some(*end)
    });
    let borders: Vec<usize> = std::iter::once(0).chain(ends).collect();
    let mut whole = Vec::<Range<usize>>::new();
    for place in places {
        let start = borders.iter().rev().find(|border| **border <= place.start);
        let end = borders.iter().find(|border| **border >= place.end);
        let (start, end) = (*start.unwrap_or(&place.start), *end.unwrap_or(&place.end));
        match whole.last_mut() {
            Some(last) if start < last.end => last.end = end.max(last.end),
            _ => whole.push(start..end),
        }
    }
    whole
}
