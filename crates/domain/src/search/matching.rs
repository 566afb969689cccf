//! Whether a text has what a query wants, and where.

use super::glance::may_match;
use super::query::{ParsedQuery, Term, WantedWord};
use super::words::{Form, WordPiece, WordPieces, Words};
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
        let has = |term: &Term| {
            (0..piece.new).any(|at| places_at(term, piece.words, at).next().is_some())
        };
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
    for at in 0..piece.new {
        let mut start = None;
        for place in places_at(term, piece.words, at) {
            if *found == PLACES {
                return;
            }
            // A name and its first word may both begin so.
            if start.replace(place.start) != Some(place.start) {
                places.push(place);
                *found += 1;
            }
        }
    }
}

/// The places of the term that begin in the word with this number.
fn places_at(term: &Term, words: &Words, at: usize) -> impl Iterator<Item = Range<usize>> {
    let word = words.all.get(at);
    let forms = word.into_iter().flat_map(|word| words.forms(word));
    forms.filter_map(move |form| {
        let start = form.place.start;
        Some(start..end(term, words, at, form)?)
    })
}

/// Where the term ends, if it begins with this form of the word with this number.
fn end<'a>(term: &Term, words: &'a Words, at: usize, form: Form<'a>) -> Option<usize> {
    let (first, others) = term.words.split_first()?;
    if !is_word(first, &form, term.is_prefix && others.is_empty()) {
        return None;
    }
    let (mut at, mut form) = (at, form);
    for (number, wanted) in others.iter().enumerate() {
        let is_last = form.is_last_of(words.all.get(at)?);
        let is_joined = !is_last || words.all.get(at + 1)?.is_joined;
        if wanted.is_joined && !is_joined {
            return None;
        }
        let is_prefix = term.is_prefix && number + 1 == others.len();
        // Forms that begin at one place differ in length, so one of them at most is the word.
        let mut following = words.following(at, &form);
        form = following.find(|form| is_word(wanted, form, is_prefix))?;
        at += usize::from(is_last);
    }
    Some(form.place.end)
}

fn is_word(wanted: &WantedWord, form: &Form<'_>, is_prefix: bool) -> bool {
    let is = |text: &str, wanted: &str| match is_prefix {
        true => text.starts_with(wanted),
        false => text == wanted,
    };
    match &wanted.exact {
        Some(exact) => is(form.exact, exact),
        None => is(form.plain, &wanted.plain),
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
