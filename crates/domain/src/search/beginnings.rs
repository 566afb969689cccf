//! Where the terms of a long query begin, in one pass over the words of a text: the time does not grow with
//! the number of terms and their lengths.
//!
//! The words of all terms have a bit each (Shift-And, from the end of the text to its beginning): it is set at a
//! place where the rest of a term, from this word on, follows.

use super::query::{Term, WantedWord};
use super::words::{Form, Word, Words};
use std::collections::HashMap;

/// Bits of all words that are wanted.
type Bits = Vec<u64>;

pub(super) struct Beginnings<'a> {
    /// The bits of words by their letters, and by those with diacritics where these matter.
    plain: HashMap<&'a str, Bits>,
    exact: HashMap<&'a str, Bits>,
    prefixes: Vec<(&'a WantedWord, usize)>,
    /// The first words of terms, the last ones, and those that must follow at once.
    firsts: Bits,
    lasts: Bits,
    joined: Bits,
    /// The number of the term of each word.
    terms: Vec<usize>,
}

impl<'a> Beginnings<'a> {
    pub(super) fn of(terms: impl Iterator<Item = &'a Term> + Clone) -> Self {
        let count = terms.clone().map(|term| term.words.len()).sum::<usize>();
        let zero = vec![0; count.div_ceil(64)];
        let mut all = Self {
            plain: HashMap::new(),
            exact: HashMap::new(),
            prefixes: Vec::new(),
            firsts: zero.clone(),
            lasts: zero.clone(),
            joined: zero.clone(),
            terms: Vec::new(),
        };
        for (number, term) in terms.enumerate() {
            for (place, word) in term.words.iter().enumerate() {
                let bit = all.terms.len();
                all.terms.push(number);
                let is_last = place + 1 == term.words.len();
                match place {
                    0 => set(&mut all.firsts, bit),
                    _ if word.is_joined => set(&mut all.joined, bit),
                    _ => {}
                }
                if is_last {
                    set(&mut all.lasts, bit);
                }
                if is_last && term.is_prefix {
                    all.prefixes.push((word, bit));
                    continue;
                }
                let (words, letters) = match &word.exact {
                    Some(exact) => (&mut all.exact, exact),
                    None => (&mut all.plain, &word.plain),
                };
                set(words.entry(letters).or_insert_with(|| zero.clone()), bit);
            }
        }
        all
    }

    /// The places where terms begin, by the number of the word, in order, each with the number of its term. Only the
    /// first `new` words are looked at, and the terms that are `wanted`.
    pub(super) fn find(
        &self,
        words: &Words,
        new: usize,
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<(usize, usize)> {
        let mut firsts = self.firsts.clone();
        for (bit, term) in self.terms.iter().enumerate() {
            if !wanted(*term) {
                unset(&mut firsts, bit);
            }
        }
        let mut found = Vec::new();
        let (mut after, mut is_joined) = (self.none(), false);
        for (at, word) in words.all.iter().enumerate().rev() {
            if !is_joined {
                zip(&mut after, &self.joined, |after, joined| after & !joined);
            }
            let mut starts = self.starts(words, word, &after);
            let before = starts.iter().find(|(start, _)| *start == 0);
            after = before.map_or_else(|| self.none(), |(_, bits)| bits.clone());
            is_joined = word.is_joined;
            if at < new {
                let all = starts.iter_mut().map(|(_, bits)| {
                    zip(bits, &firsts, |bits, firsts| bits & firsts);
                    &*bits
                });
                let all = all.flat_map(ones);
                let terms = all.filter_map(|bit| self.terms.get(bit));
                found.extend(terms.map(|term| (at, *term)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The bits at each place in a word where a form of it begins.
    fn starts(&self, words: &Words, word: &Word, after: &Bits) -> Vec<(usize, Bits)> {
        let mut forms: Vec<Form<'_>> = words.forms(word).collect();
        forms.sort_unstable_by_key(|form| std::cmp::Reverse(form.start));
        let mut starts = Vec::<(usize, Bits)>::with_capacity(1);
        for form in forms {
            let Some(mut bits) = self.bits(&form) else {
                continue;
            };
            let rest = match form.is_last_of(word) {
                true => Some(after),
                false => {
                    let rest = starts.iter().find(|(start, _)| *start == form.end);
                    rest.map(|(_, bits)| bits)
                }
            };
            let next = |index: usize| rest.and_then(|rest| rest.get(index)).copied();
            for (index, (bits, lasts)) in bits.iter_mut().zip(&self.lasts).enumerate() {
                let (low, high) = (next(index).unwrap_or(0), next(index + 1).unwrap_or(0));
                *bits &= low >> 1 | high << 63 | lasts;
            }
            match starts.iter_mut().find(|(start, _)| *start == form.start) {
                Some((_, all)) => zip(all, &bits, |all, bits| all | bits),
                None => starts.push((form.start, bits)),
            }
        }
        starts
    }

    /// The bits of the words that a form is. `None`: none of them.
    fn bits(&self, form: &Form<'_>) -> Option<Bits> {
        let exact = self.exact.get(form.exact);
        let mut all = self.plain.get(form.plain).cloned();
        if let Some(exact) = exact {
            let all = all.get_or_insert_with(|| self.none());
            zip(all, exact, |all, exact| all | exact);
        }
        for (word, bit) in &self.prefixes {
            if word.is(form, true) {
                set(all.get_or_insert_with(|| self.none()), *bit);
            }
        }
        all
    }

    fn none(&self) -> Bits {
        vec![0; self.firsts.len()]
    }
}

fn set(bits: &mut Bits, bit: usize) {
    if let Some(bits) = bits.get_mut(bit / 64) {
        *bits |= 1 << (bit % 64);
    }
}

fn unset(bits: &mut Bits, bit: usize) {
    if let Some(bits) = bits.get_mut(bit / 64) {
        *bits &= !(1 << (bit % 64));
    }
}

fn zip(all: &mut Bits, others: &Bits, join: impl Fn(u64, u64) -> u64) {
    for (one, other) in all.iter_mut().zip(others) {
        *one = join(*one, *other);
    }
}

/// The numbers of the bits that are set.
fn ones(bits: &Bits) -> impl Iterator<Item = usize> {
    bits.iter().enumerate().flat_map(|(index, bits)| {
        let mut rest = *bits;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(64 * index + bit)
        })
    })
}
