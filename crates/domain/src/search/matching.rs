//! Whether a text has what a query wants, and where.

use super::beginnings::Beginnings;
use super::glance::may_match;
use super::query::{ParsedQuery, Term};
use super::words::{Form, WordPiece, WordPieces, Words};
use std::ops::Range;

/// The most matches of a term that are looked for.
const PLACES: usize = 1_000;
/// Queries of more words than this are looked for all at once.
const FEW: usize = 8;

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
    let longest = terms.clone().map(|term| term.words.len()).max();
    let count: usize = terms.clone().map(|term| term.words.len()).sum();
    let beginnings = (count > FEW).then(|| Beginnings::of(terms));
    let mut pieces = WordPieces::of(text, longest.unwrap_or(1));
    let mut found = Found::of(query);
    while let Some(piece) = pieces.next() {
        let is_left_out = match &beginnings {
            Some(beginnings) => found.add_at(beginnings, &piece),
            None => found.add(&piece),
        };
        if is_left_out {
            return None;
        }
        found.length += piece.new;
    }
    found.matches()
}

/// What is found of a query so far.
struct Found<'a> {
    query: &'a ParsedQuery,
    counts: Vec<usize>,
    places: Vec<Range<usize>>,
    /// How many words were compared.
    length: usize,
}

impl<'a> Found<'a> {
    fn of(query: &'a ParsedQuery) -> Self {
        Self {
            query,
            counts: vec![0; query.terms.len()],
            places: Vec::new(),
            length: 0,
        }
    }

    /// Adds what a piece of the text has. `true`: it has a term that is not wanted.
    fn add(&mut self, piece: &WordPiece<'_>) -> bool {
        let has = |term: &Term| {
            (0..piece.new).any(|at| places_at(term, piece.words, at).next().is_some())
        };
        if self.query.without.iter().any(has) {
            return true;
        }
        for (term, count) in self.query.terms.iter().zip(&mut self.counts) {
            for at in 0..piece.new {
                add(term, piece.words, at, count, &mut self.places);
            }
        }
        false
    }

    /// The same, only where terms begin.
    fn add_at(&mut self, beginnings: &Beginnings<'_>, piece: &WordPiece<'_>) -> bool {
        let counts = &self.counts;
        let is_wanted = |term: usize| counts.get(term) != Some(&PLACES);
        for (at, number) in beginnings.find(piece.words, piece.new, is_wanted) {
            match (self.query.terms.get(number), self.counts.get_mut(number)) {
                (Some(term), Some(count)) => add(term, piece.words, at, count, &mut self.places),
                _ => return true,
            }
        }
        false
    }

    fn matches(self) -> Option<Matches> {
        if self.counts.contains(&0) {
            return None;
        }
        let each = self.counts.iter();
        let score: f64 = each.map(|count| 1.0 + (*count as f64).ln()).sum();
        // A long text has more of everything.
        let score = score / (1.0 + (1.0 + self.length as f64 / 50.0).ln() / 2.0);
        Some(Matches {
            places: merged(self.places),
            score,
        })
    }
}

/// Adds the places of a term that begin in the word with this number.
fn add(term: &Term, words: &Words, at: usize, found: &mut usize, places: &mut Vec<Range<usize>>) {
    if *found == PLACES {
        return;
    }
    let mut start = None;
    for place in places_at(term, words, at) {
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
    if !first.is(&form, term.is_prefix && others.is_empty()) {
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
        form = following.find(|form| wanted.is(form, is_prefix))?;
        at += usize::from(is_last);
    }
    Some(form.place.end)
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
