use super::keys::{OwnerKeys, WantedKeys, distinct};
use super::marks::units;
use super::words::{Form, Words};
use crate::error::{Error, Result};
use crate::id::OwnerId;
use crate::text;

/// A query of a person: words, "phrases", -without, prefix*.
#[derive(Clone, Debug)]
pub struct ParsedQuery {
    pub(super) terms: Vec<Term>,
    pub(super) without: Vec<Term>,
}

/// Words that must follow each other.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) words: Vec<WantedWord>,
    /// Whether the last word may be longer.
    pub(super) is_prefix: bool,
}

#[derive(Clone, Debug)]
pub(super) struct WantedWord {
    /// Without diacritics.
    pub(super) plain: String,
    /// With diacritics, where they matter.
    pub(super) exact: Option<String>,
    pub(super) is_dense: bool,
    /// Whether nothing may stand between it and the word before.
    pub(super) is_joined: bool,
}

/// The operators, and their full-width forms.
const MINUS: [char; 2] = ['-', '\u{ff0d}'];
const STAR: [char; 2] = ['*', '\u{ff0a}'];

impl ParsedQuery {
    const LONGEST: usize = 1_000;
    const TERMS: usize = 32;
    /// The most keys, and the most bits of marks, that are looked for: more would cost more than they
    /// exclude.
    const KEYS: usize = 16;
    const MARKS: usize = 32;

    pub fn parse(raw: &str) -> Result<Self> {
        text::check("q", raw, 1..=Self::LONGEST)?;
        let (mut terms, mut without) = (Vec::new(), Vec::new());
        let mut rest = raw.trim_start();
        while !rest.is_empty() {
            let after = rest.strip_prefix(MINUS);
            let after = after.filter(|after| !after.starts_with(MINUS));
            let is_without = after.is_some();
            let (term, later) = read(after.unwrap_or(rest));
            rest = later.trim_start();
            let list = match is_without {
                true => &mut without,
                false => &mut terms,
            };
            list.extend(term);
            if terms.len() + without.len() > Self::TERMS {
                let message = format!("q must have at most {} terms.", Self::TERMS);
                return Err(Error::invalid("q", message));
            }
        }
        if terms.is_empty() {
            let message = "q must have a word to look for.";
            return Err(Error::invalid("q", message));
        }
        Ok(Self { terms, without })
    }

    /// The keys that the index has of each text that matches.
    pub fn keys(&self, owner: OwnerId) -> WantedKeys {
        let keys = OwnerKeys::of(owner);
        let (mut all, mut any) = (Vec::new(), Vec::<Vec<i32>>::new());
        for term in &self.terms {
            term.keys(keys, &mut all, &mut any);
        }
        let mut all = distinct(all);
        all.truncate(Self::KEYS);
        // One of them is enough; that of fewer keys leaves out more.
        let any = any.into_iter().min_by_key(Vec::len).unwrap_or_default();
        let marks = self.marks(keys);
        WantedKeys { all, any, marks }
    }

    /// The places in the marks of all pairs of words, and then those of words.
    fn marks(&self, keys: OwnerKeys) -> Vec<i32> {
        let mut marked = Vec::new();
        for (one, next) in self.terms.iter().flat_map(Term::pairs) {
            let pair = units(&one.plain).last().zip(units(&next.plain).next());
            marked.extend(pair.map(|(one, next)| (one, Some(next))));
        }
        for word in self.terms.iter().flat_map(Term::whole) {
            let each = || units(&word.plain);
            marked.extend(each().zip(each().skip(1).map(Some)));
            marked.extend(each().map(|unit| (unit, None)).filter(|_| !word.is_dense));
        }
        let marks = marked
            .into_iter()
            .flat_map(|(one, next)| keys.marks(one, next));
        marks.take(Self::MARKS).collect()
    }

    /// The keys that the index has of each title that matches.
    pub fn title_keys(&self, owner: OwnerId) -> WantedKeys {
        let mut wanted = self.keys(owner);
        wanted.all.push(OwnerKeys::of(owner).title());
        wanted
    }
}

/// Reads a term, and returns the rest. A phrase without its second quote goes to the end.
fn read(text: &str) -> (Option<Term>, &str) {
    let quotes = [
        '"', '\u{ff02}', '\u{201c}', '\u{201d}', '\u{201e}', '«', '»',
    ];
    if let Some(quoted) = text.strip_prefix(quotes) {
        let (phrase, later) = quoted.split_once(quotes).unwrap_or((quoted, ""));
        return (Term::of(phrase, false), later);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, later) = text.split_at(end);
    match word.strip_suffix(STAR) {
        Some(prefix) => (Term::of(prefix, true), later),
        None => (Term::of(word, false), later),
    }
}

impl WantedWord {
    /// Whether a form in a text is this word, or begins so.
    pub(super) fn is(&self, form: &Form<'_>, is_prefix: bool) -> bool {
        let is = |text: &str, wanted: &str| match is_prefix {
            true => text.starts_with(wanted),
            false => text == wanted,
        };
        match &self.exact {
            Some(exact) => is(form.exact, exact),
            None => is(form.plain, &self.plain),
        }
    }
}

impl Term {
    /// `None`: the text has no words.
    fn of(raw: &str, is_prefix: bool) -> Option<Self> {
        let words = Words::of(raw);
        let each = words.all.iter().map(|word| WantedWord {
            plain: words.plain(word).to_owned(),
            exact: words
                .has_diacritics(word)
                .then(|| words.exact(word).to_owned()),
            is_dense: word.is_dense,
            is_joined: word.is_joined,
        });
        let each: Vec<_> = each.collect();
        // A star after something else than a word stands for nothing.
        let is_prefix = is_prefix && raw.ends_with(|c: char| !c.is_ascii_punctuation());
        (!each.is_empty()).then_some(Self {
            words: each,
            is_prefix,
        })
    }

    /// The words that are whole.
    fn whole(&self) -> &[WantedWord] {
        let count = self.words.len() - usize::from(self.is_prefix);
        self.words.get(..count).unwrap_or_default()
    }

    /// Each of them with the one before it.
    fn pairs(&self) -> impl Iterator<Item = (&WantedWord, &WantedWord)> {
        let words = self.whole();
        words.iter().zip(words.iter().skip(1))
    }

    /// Adds the keys of texts that have the term: all of some, and one of each of others.
    fn keys(&self, keys: OwnerKeys, all: &mut Vec<i32>, any: &mut Vec<Vec<i32>>) {
        for (place, word) in self.words.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|place| self.words.get(place));
            let after = self.words.get(place + 1);
            if !word.is_dense {
                match self.is_prefix && after.is_none() {
                    true => any.extend(keys.beginning(&word.plain)),
                    false => all.push(keys.word(&word.plain)),
                }
                continue;
            }
            let next = after.filter(|after| after.is_dense && after.is_joined);
            let is_second = before.is_some_and(|before| before.is_dense && word.is_joined);
            match next {
                Some(next) => all.push(keys.dense(&word.plain, Some(&next.plain))),
                None if is_second => {}
                None => any.push(keys.alone(&word.plain)),
            }
        }
    }
}
