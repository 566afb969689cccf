//! Rules out texts that cannot match, before their words are made.
//!
//! Most candidates of a phrase, or of the beginning of a word, do not match. A look at the bytes of
//! a text shows that at a small part of the cost of its words.

use super::query::{ParsedQuery, Term, WantedWord};

/// Longer texts are not copied for a glance.
const LONGEST_TEXT: usize = 64 * 1024;
/// The most words of a phrase that are looked at: more would cost more than they leave out.
const WORDS: usize = 4;
/// Longer runs of letters are cut into words (see `words/reader.rs`).
const LONGEST_RUN: usize = 128;

/// `false`: the text has not all terms of the query. `true`: its words must be compared.
///
/// Only texts in ASCII are looked at: their words have the same letters as the text.
pub(super) fn may_match(query: &ParsedQuery, text: &str) -> bool {
    if text.len() > LONGEST_TEXT || !text.is_ascii() || has_long_run(text) {
        return true;
    }
    let text = text.to_ascii_lowercase();
    query.terms.iter().all(|term| may_have(term, &text))
}

fn has_long_run(text: &str) -> bool {
    let mut runs = text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    runs.any(|run| run.len() >= LONGEST_RUN)
}

fn may_have(term: &Term, text: &str) -> bool {
    let Some((first, others)) = term.words.split_first() else {
        return true;
    };
    let others = others.get(..WORDS - 1).unwrap_or(others);
    let wanted = letters(first);
    let mut rest = text;
    while let Some(at) = rest.find(wanted) {
        let after = rest.get(at + wanted.len()..).unwrap_or_default();
        if is_followed(after, others) {
            return true;
        }
        // The next place may overlap this one.
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    false
}

/// Whether the words after this one have these letters, in this order. They may follow it in the same name: `Response`
/// in `parseResponse`.
fn is_followed(text: &str, others: &[WantedWord]) -> bool {
    let Some((wanted, later)) = others.split_first() else {
        return true;
    };
    let after = text.strip_prefix(letters(wanted));
    after.is_some_and(|after| is_followed(after, later))
        || are_in_runs(text.trim_start_matches(is_letter), others)
}

/// Whether the next run of letters has those of the first word, and this run or the one after it those of the next.
fn are_in_runs(text: &str, others: &[WantedWord]) -> bool {
    let Some((wanted, later)) = others.split_first() else {
        return true;
    };
    let next = text.trim_start_matches(|c| !is_letter(c));
    let after = next.trim_start_matches(is_letter);
    let run = next.get(..next.len() - after.len()).unwrap_or_default();
    run.contains(letters(wanted)) && (are_in_runs(next, later) || are_in_runs(after, later))
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// A word with diacritics is rightly not found in a text of ASCII.
fn letters(wanted: &WantedWord) -> &str {
    wanted.exact.as_deref().unwrap_or(&wanted.plain)
}
