//! Whether words name a title, such as "Suggested title".

use crate::title::greeting::has;
use crate::title::languages::{LANGUAGES, TitleLanguage};

/// The longest words before a title, in characters.
pub(super) const LONGEST: usize = 80;

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let marks = |c: char| c.is_whitespace() || ",!.()*-，、".contains(c);
    text.split(marks).filter(|word| !word.is_empty())
}

/// Whether a label may have this word next to a word for a title.
pub(super) fn is_known(word: &str) -> bool {
    let fields: [fn(&TitleLanguage) -> &'static str; 4] = [
        |language| language.title,
        |language| language.chat,
        |language| language.beside,
        |language| language.sure,
    ];
    fields.iter().any(|field| has(word, *field))
}

/// Whether a text in lower case is a label: it names a title, and has no word that could be one of it.
pub(super) fn labels(text: &str) -> bool {
    if text.chars().nth(LONGEST).is_some() {
        return false;
    }
    if has(text, |language| language.title) {
        return true;
    }
    if !text.contains(' ') && text.chars().any(is_unspaced) {
        return is_unspaced_label(text);
    }
    let mut named = false;
    let (text, phrase) = without_phrase(text);
    named |= phrase;
    for word in words(&text) {
        let is_title = has(word, |language| language.title)
            || word.ends_with("titel") && word.chars().count() > 5;
        named |= is_title;
        if !is_title && !is_known(word) {
            return false;
        }
    }
    named
}

/// Without a name of more than one word: "tiêu đề".
fn without_phrase(text: &str) -> (String, bool) {
    let mut titles = LANGUAGES
        .iter()
        .flat_map(|language| language.title.split('|'));
    let phrase = titles.find(|title| title.contains(' ') && text.contains(title));
    phrase.map_or((text.to_owned(), false), |phrase| {
        (text.replacen(phrase, " ", 1), true)
    })
}

/// Whether a title is among the things that the words name.
pub(super) fn names(words: &str) -> bool {
    let (_, phrase) = without_phrase(words);
    let is_title = |word| has(word, |language| language.title);
    let mut titles = LANGUAGES
        .iter()
        .flat_map(|language| language.title.split('|'));
    phrase
        || self::words(words).any(is_title)
        || words.chars().any(is_unspaced)
            && titles.any(|title| title.chars().any(is_unspaced) && words.contains(title))
}

/// Scripts without spaces: Chinese, Japanese, Thai, and Korean's compounds.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether all of it is made of words of a label, the longest first.
fn is_unspaced_label(text: &str) -> bool {
    const LENGTH: usize = 24;
    if text.chars().count() > LENGTH {
        return false;
    }
    let mut rest = text;
    let mut named = false;
    while !rest.is_empty() {
        let word = longest(rest, |language| language.title);
        let other = [
            longest(rest, |language| language.chat),
            longest(rest, |language| language.beside),
            longest(rest, |language| language.sure),
        ];
        let other = other.into_iter().max().unwrap_or_default();
        named |= word > 0;
        let taken = word.max(other);
        if taken == 0 {
            return false;
        }
        rest = rest.get(taken..).unwrap_or_default();
        rest = rest.trim_start_matches(['，', ',', '、', ' ', '！', '。']);
    }
    named
}

/// The length of the longest word that the text begins with.
fn longest(text: &str, words: fn(&TitleLanguage) -> &'static str) -> usize {
    let all = LANGUAGES
        .iter()
        .flat_map(|language| words(language).split('|'));
    let begins = all.filter(|word| word.chars().any(is_unspaced) && text.starts_with(word));
    begins.map(str::len).max().unwrap_or_default()
}
