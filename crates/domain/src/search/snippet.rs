//! The part of a text that shows why it was found.

use std::ops::Range;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation as _};

/// How many characters a snippet shows, and how many of them before the first match.
const LONGEST: usize = 200;
const BEFORE: usize = 60;
/// How far the beginning is moved to that of a word.
const NEAR: usize = 20;

/// Plain text, and the places of the matches in it, in characters.
pub(super) fn snippet(text: &str, places: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let first = places.first().map_or(0, |first| first.start);
    let start = start(text, first);
    let (before, rest) = text.split_at(at(text, start));
    let shown = beginning(text, before.len(), first - start);
    let lead = usize::from(start > 0);
    let mut snippet = String::new();
    if start > 0 {
        snippet.push('…');
    }
    // The lines of a text are shown as one.
    let is_space = |c: char| c.is_control() || c.is_whitespace();
    snippet.extend(shown.chars().map(|c| if is_space(c) { ' ' } else { c }));
    if shown.len() < rest.len() {
        snippet.push('…');
    }
    let end = start + shown.chars().count();
    let within = places
        .iter()
        .filter(|at| at.start >= start && at.start < end);
    let within = within.map(|at| at.start - start..at.end.min(end) - start);
    let matches = whole_characters(shown, within);
    let matches = matches.into_iter().map(|at| at.start + lead..at.end + lead);
    (snippet, matches.collect())
}

/// The byte at which the character with this number begins.
fn at(text: &str, number: usize) -> usize {
    let mut all = text.char_indices();
    all.nth(number).map_or(text.len(), |(at, _)| at)
}

/// Where the snippet of a text with this first match begins: before a whole character, as a reader sees them, and
/// before the match.
fn start(text: &str, first: usize) -> usize {
    let start = first.saturating_sub(BEFORE);
    if start == 0 {
        return 0;
    }
    let near = text.chars().skip(start).take(NEAR.min(first - start));
    let space = near.enumerate().find(|(_, c)| c.is_whitespace());
    let from = at(text, start + space.map_or(0, |(place, _)| place + 1));
    let (begin, until) = (at(text, start), at(text, first));
    let border = match is_border(text, from) {
        true => Some(from),
        false => next_border(text, from).filter(|next| *next <= until),
    };
    // The match may be in the middle of a character.
    let around = || last_border(text, until).filter(|last| *last >= begin);
    let border = border.or_else(around).unwrap_or(until);
    start + text.get(begin..border).unwrap_or_default().chars().count()
}

/// As much of the text after this byte as a snippet shows. The match begins after `first` characters of it.
fn beginning(text: &str, start: usize, first: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let most = at(rest, LONGEST);
    let is_whole = is_border(text, start + most);
    let end = Some(start + most).filter(|_| is_whole);
    let end = end.or_else(|| last_border(text, start + most));
    let end = end.and_then(|end| end.checked_sub(start));
    // A match that is one character without end is cut.
    let end = end.filter(|end| *end > at(rest, first)).unwrap_or(most);
    rest.get(..end).unwrap_or_default()
}

fn is_border(text: &str, at: usize) -> bool {
    GraphemeCursor::new(at, text.len(), true)
        .is_boundary(text, 0)
        .unwrap_or(true)
}

fn next_border(text: &str, at: usize) -> Option<usize> {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.next_boundary(text, 0).ok().flatten()
}

fn last_border(text: &str, at: usize) -> Option<usize> {
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    cursor.prev_boundary(text, 0).ok().flatten()
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
