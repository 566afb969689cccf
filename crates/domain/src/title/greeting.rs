//! Looks words up in the table of languages, and recognises greetings.

use super::languages::{LANGUAGES, TitleLanguage};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Words for the addressee of a greeting, and words that join its parts.
const GREETED: &str = "day|there|all|everyone|team|sir|madam|or|to|you|chatgpt|gpt|claude|gemini|jan|assistant|ai|bot|friend";

/// The words of all languages, since each message that is stored is asked whether it greets.
static GREETINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| of_all(|language| language.greetings));
static OFFERS: LazyLock<HashSet<&str>> = LazyLock::new(|| of_all(|language| language.offers));

fn of_all(words: fn(&TitleLanguage) -> &'static str) -> HashSet<&'static str> {
    let each = LANGUAGES.iter().map(words);
    each.flat_map(|list| list.split('|')).collect()
}

pub(crate) fn is_in(list: &str, word: &str) -> bool {
    list.split('|').any(|known| known == word)
}

/// Whether one of the languages has this word.
pub(crate) fn has(word: &str, words: fn(&TitleLanguage) -> &'static str) -> bool {
    LANGUAGES
        .iter()
        .any(|language| is_in(words(language), word))
}

/// Whether the line only greets: "Hello, can you help me?"
pub(crate) fn is_greeting(line: &str) -> bool {
    const LONGEST: usize = 120;
    if line.len() > LONGEST {
        return false;
    }
    let line = line.to_lowercase();
    let mut greets = false;
    let marks = [
        '!', '.', ',', '?', '！', '。', '，', '？', '、', '،', '؟', '¡', '¿', ':', ';', '…', '~',
    ];
    for part in line.split(marks) {
        let part = part.trim_matches(|c: char| !c.is_alphanumeric() && !is_of_word(c));
        if part.is_empty() || OFFERS.contains(part) {
            continue;
        }
        for word in part.split_whitespace() {
            let is_greeting = GREETINGS.contains(word);
            if !is_greeting && !is_in(GREETED, word) {
                return false;
            }
            greets |= is_greeting;
        }
    }
    greets
}

/// Signs of vowels.
fn is_of_word(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace()
}
