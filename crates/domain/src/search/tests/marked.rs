//! No message that matches is ruled out by the marks of its block, and most others are.

use super::super::{BLOCK_MESSAGES, Indexable, ParsedQuery, marks};
use super::{CORPUS, find, owner, query};
use crate::id::ItemId;
use ulid::Ulid;

fn message(number: u32, text: &str) -> Indexable {
    let id = Ulid(7 << 80 | u128::from(number));
    Indexable {
        id: ItemId::new(id),
        text: text.to_owned(),
    }
}

struct Block {
    messages: Vec<Indexable>,
    marks: Option<Vec<u8>>,
}

/// Messages with every so many numbers.
fn block(texts: &[&str], every: usize) -> Block {
    let numbers = (0..).map(|number: u32| 5 + number * every as u32);
    let each = numbers.zip(texts);
    let messages: Vec<_> = each.map(|(number, text)| message(number, text)).collect();
    let marks = marks(owner(), &messages);
    Block { messages, marks }
}

impl Block {
    /// Which messages have a bit at each place of the query, as the statements read it.
    fn marked(&self, query: &ParsedQuery) -> Vec<bool> {
        let number = |message: &Indexable| message.id.sequence().0 as usize;
        let Some(marks) = &self.marks else {
            return vec![true; self.messages.len()];
        };
        let first = number(&self.messages[0]);
        let span = number(&self.messages[self.messages.len() - 1]) - first + 1;
        let width = 8 * (marks.len() - 2) / span;
        let wanted = query.keys(owner()).marks;
        let has = |message: usize, place: i32| {
            let bit = span * (place as usize % width);
            let read = &marks[bit / 8..bit / 8 + 3];
            let read = u32::from_le_bytes([read[0], read[1], read[2], 0]);
            read >> (bit % 8) >> message & 1 == 1
        };
        let each = self.messages.iter().map(|message| number(message) - first);
        each.map(|message| wanted.iter().all(|place| has(message, *place)))
            .collect()
    }

    /// How many messages match, and how many others are marked. Each that matches must be marked.
    fn found(&self, raw: &str, query: &ParsedQuery) -> (usize, usize) {
        let (mut found, mut others) = (0, 0);
        for (message, is_marked) in self.messages.iter().zip(self.marked(query)) {
            let is_found = find(query, &message.text).is_some();
            assert!(is_marked || !is_found, "{raw} finds {}", message.text);
            found += usize::from(is_found);
            others += usize::from(is_marked && !is_found);
        }
        (found, others)
    }
}

#[test]
fn each_text_of_the_corpus_that_matches_is_marked_in_whatever_block_it_is() {
    let texts: Vec<&str> = CORPUS.iter().map(|(text, ..)| *text).collect();
    let mut found = 0;
    for (count, every) in [
        (1, 1),
        (3, 1),
        (7, 1),
        (8, 2),
        (BLOCK_MESSAGES, 1),
        (5, 100),
    ] {
        for chunk in texts.chunks(count) {
            let messages = block(chunk, every);
            for (_, ours, others) in CORPUS {
                for raw in ours.iter().chain(*others) {
                    found += messages.found(raw, &query(raw)).0;
                }
            }
        }
    }
    assert!(found > 700, "{found}");
}

#[test]
fn all_words_and_pairs_of_small_texts_are_marked_in_all_their_forms() {
    let mut seed = 11_u32;
    let mut any = |parts: &[&str], count: usize| -> String {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            parts[(seed >> 16) as usize % parts.len()]
        };
        (0..count).map(|_| next()).collect()
    };
    let letters = [
        "a", "B", "bC", "é", "京", "北", "한", "1", " ", " ", "_", "İ", "㎏", "か", "\u{3099}", "🇩",
    ];
    let texts: Vec<String> = (0..200)
        .map(|count| any(&letters, count % 25 + 1))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let of_size = |size: usize| texts.chunks(size).map(|texts| block(texts, 1)).collect();
    let blocks: Vec<Vec<Block>> = (1..=BLOCK_MESSAGES).map(of_size).collect();
    let mut found = 0;
    for count in 1..150 {
        let raw = any(&letters, count % 5 + 1);
        for raw in [format!("\"{raw}\""), format!("{raw}*"), raw] {
            let Ok(query) = ParsedQuery::parse(&raw) else {
                continue;
            };
            for block in &blocks[count % BLOCK_MESSAGES] {
                found += block.found(&raw, &query).0;
            }
        }
    }
    assert!(found > 800, "{found}");
}

/// A word of letters for each number.
fn word(number: usize) -> String {
    let digits = number.to_string();
    let letters = digits.bytes().map(|digit| char::from(digit - b'0' + b'k'));
    letters.fold("w".to_owned(), |word, letter| format!("{word}{letter}"))
}

#[test]
fn most_messages_without_the_words_or_without_the_phrase_are_not_marked() {
    let texts: Vec<String> = (0..7)
        .map(|of| {
            (0..80)
                .map(|n| word((n * n + of * 1_009) % 3_001) + " ")
                .collect()
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let messages = block(&texts, 1);
    let (mut words, mut phrases) = (0, 0);
    for n in 0..500 {
        words += messages.found("", &query(&word(n))).1;
        // Two words that each text has, but not one after the other.
        let text: Vec<&str> = texts[n % 7].split(' ').collect();
        let (one, other) = (text[n % 80], text[(n + 7) % 80]);
        phrases += messages.found("", &query(&format!("\"{one} {other}\""))).1;
    }
    assert!(words < 700, "{words} of 3,500");
    assert!(phrases < 350, "{phrases} of 3,500");
    let size = messages.marks.unwrap().len();
    let text: usize = texts.iter().map(|text| text.len()).sum();
    assert!(size < text / 4, "{size} bytes for {text} of text");
}

#[test]
fn very_long_texts_have_no_marks() {
    let long: String = (0..9_000).map(|n| format!("w{n} ")).collect();
    assert_eq!(block(&[&long], 1).marks, None);
    let some: String = (0..3_500).map(|n| word(n) + " ").collect();
    let size = block(&[&some], 1).marks.unwrap().len();
    assert!(size <= 2_048, "{size}");
    assert_eq!(marks(owner(), &[]), None);
}
