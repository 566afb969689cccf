//! Whether a text has what a query wants, and where.

use super::glance::may_match;
use super::query::{ParsedQuery, Term, WantedWord};
use super::words::{Word, WordPiece, WordPieces, Words};
use std::ops::Range;

/// The most matches of a term that are looked for.
const PLACES: usize = 1_000;

/// The parts of a query that a text has.
#[derive(Debug)]
pub(super) struct Matches {
    /// The places of the matches, in characters, in order, without overlaps.
    pub(super) places: Vec<Range<usize>>,
    /// How well it fits, for an order by relevance.
    pub(super) score: f64,
}

/// `None`: the text does not match.
pub(super) fn find(query: &ParsedQuery, text: &str) -> Option<Matches> {
    if !may_match(query, text) {
        return None;
    }
    find_words(query, text)
}

/// The same by the words alone.
pub(super) fn find_words(query: &ParsedQuery, text: &str) -> Option<Matches> {
    let terms = query.terms.iter().chain(&query.without);
    let longest = terms.map(|term| term.words.len()).max();
    let mut pieces = WordPieces::of(text, longest.unwrap_or(1));
    let mut counts = vec![0; query.terms.len()];
    let (mut places, mut length) = (Vec::new(), 0);
    while let Some(piece) = pieces.next() {
        let has = |term: &Term| (0..piece.new).any(|at| is_at(term, piece.words, at));
        if query.without.iter().any(has) {
            return None;
        }
        for (term, count) in query.terms.iter().zip(&mut counts) {
            all(term, &piece, count, &mut places);
        }
        length += piece.new;
    }
    if counts.contains(&0) {
        return None;
    }
    let score: f64 = counts.iter().map(|count| 1.0 + (*count as f64).ln()).sum();
    // A long text has more of everything.
    let score = score / (1.0 + (1.0 + length as f64 / 50.0).ln() / 2.0);
    Some(Matches {
        places: merged(places),
        score,
    })
}

/// Adds the places of a term in a piece of the text.
fn all(term: &Term, piece: &WordPiece<'_>, found: &mut usize, places: &mut Vec<Range<usize>>) {
    let words = &piece.words.all;
    for at in 0..piece.new {
        if *found == PLACES {
            return;
        }
        if is_at(term, piece.words, at) {
            let first = words.get(at).map(|word| word.place.start);
            let last = words.get(at + term.words.len() - 1);
            let last = last.map(|word| word.place.end);
            places.extend(first.zip(last).map(|(start, end)| start..end));
            *found += 1;
        }
    }
}

/// Whether the term stands at the word with this number.
fn is_at(term: &Term, words: &Words, at: usize) -> bool {
    let Some(found) = words.all.get(at..at + term.words.len()) else {
        return false;
    };
    let last = term.words.len() - 1;
    let mut each = term.words.iter().zip(found).enumerate();
    each.all(|(place, (wanted, word))| {
        let is_prefix = term.is_prefix && place == last;
        (place == 0 || !wanted.is_joined || word.is_joined)
            && is_word(wanted, words, word, is_prefix)
    })
}

fn is_word(wanted: &WantedWord, words: &Words, word: &Word, is_prefix: bool) -> bool {
    let is = |text: &str, wanted: &str| match is_prefix {
        true => text.starts_with(wanted),
        false => text == wanted,
    };
    match &wanted.exact {
        Some(exact) => is(words.exact(word), exact),
        None => {
            is(words.plain(word), &wanted.plain)
                || words.parts(word).any(|part| is(part, &wanted.plain))
        }
    }
}

fn merged(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_unstable_by_key(|place| (place.start, place.end));
    let mut merged = Vec::<Range<usize>>::with_capacity(places.len());
    for place in places {
        match merged.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged
}
