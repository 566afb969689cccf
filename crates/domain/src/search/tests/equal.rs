//! Texts that are canonically equal find each other, whatever the order of their marks.

use super::{find, is_candidate, keys, owner, query};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, compose};

/// All texts that are equal to a letter with marks: its marks in each order that keeps those of one class in
/// theirs, with as many of them composed as can be from the left, or none.
fn spellings(letter: &str) -> BTreeSet<String> {
    let apart: Vec<char> = letter.nfd().collect();
    let (base, marks) = apart.split_first().unwrap();
    let mut orders = vec![Vec::new()];
    for mark in marks {
        let mut longer = Vec::new();
        for order in &orders {
            for at in 0..=order.len() {
                let mut order: Vec<char> = order.clone();
                order.insert(at, *mark);
                longer.push(order);
            }
        }
        orders = longer;
    }
    let mut all = BTreeSet::from([letter.to_owned()]);
    for order in orders {
        let (mut first, mut rest) = (*base, order.as_slice());
        all.insert(
            std::iter::once(first)
                .chain(order.iter().copied())
                .collect(),
        );
        while let Some((mark, later)) = rest.split_first()
            && let Some(whole) = compose(first, *mark)
        {
            (first, rest) = (whole, later);
            all.insert(std::iter::once(first).chain(rest.iter().copied()).collect());
        }
    }
    let nfc: String = letter.nfc().collect();
    all.retain(|spelling| spelling.nfc().eq(nfc.chars()));
    all
}

fn are_found(one: &str, other: &str) {
    for (raw, text) in [(one, other), (other, one)] {
        let (raw, text) = (raw, format!("in {text} here"));
        assert!(find(&query(raw), &text).is_some(), "{raw:?} in {text:?}");
        assert!(is_candidate(raw, &text), "{raw:?} in {text:?}");
    }
    assert_eq!(
        keys(owner(), one),
        keys(owner(), other),
        "{one:?} {other:?}"
    );
}

#[test]
fn each_letter_with_marks_is_found_in_each_order_of_its_marks() {
    let blocks = [
        '\u{c0}'..='\u{24f}',
        '\u{400}'..='\u{4ff}',
        '\u{1e00}'..='\u{1fff}',
    ];
    let mut orders = 0;
    for c in blocks.into_iter().flatten().filter(|c| c.is_alphabetic()) {
        let all = spellings(&c.to_string());
        for one in &all {
            are_found(&format!("x{c}y"), &format!("x{one}y"));
            are_found(&format!("{c}y"), &format!("{one}y"));
        }
        orders += all.len().saturating_sub(2);
    }
    assert!(orders > 500, "{orders}");
}

#[test]
fn equal_words_are_found_in_each_spelling() {
    for word in [
        "Việt",
        "ậ",
        "ộ",
        "ặ",
        "ệ",
        "ự",
        "ợ",
        "ḉa",
        "ḝa",
        "ṩa",
        "ǭa",
        "ᾄδω",
        "ᾷ",
        "ё\u{323}ж",
        "й\u{323}",
        "ю\u{323}\u{301}",
        "क\u{93c}\u{94d}",
        "が\u{323}",
        "กุ\u{e48}",
        "ש\u{5c1}\u{5bc}",
        "각\u{323}\u{301}",
    ] {
        let apart: Vec<char> = word.nfd().collect();
        let starters: Vec<usize> = (0..apart.len())
            .filter(|at| canonical_combining_class(apart[*at]) == 0)
            .collect();
        let ends = starters.iter().skip(1).copied().chain([apart.len()]);
        let mut words = vec![String::new()];
        for (start, end) in starters.iter().copied().zip(ends) {
            let letter: String = apart[start..end].iter().copied().nfc().collect();
            let all = spellings(&letter);
            let longer = words
                .iter()
                .flat_map(|word| all.iter().map(move |one| format!("{word}{one}")));
            words = longer.collect();
        }
        for one in &words {
            are_found(word, one);
        }
    }
    are_found("Viê\u{323}t", "Vi\u{1ec7}t");
    are_found("Tiê\u{301}ng Viê\u{323}t", "Tiếng Việt");
}

#[test]
fn a_match_in_another_order_of_marks_has_the_whole_word() {
    let found = find(&query("Việt"), "a Vie\u{302}\u{323}t b").unwrap();
    assert_eq!(found.places.first(), Some(&(2..8)));
    let found = find(&query("がか"), "か\u{323}\u{3099}か").unwrap();
    assert_eq!(found.places.first(), Some(&(0..4)));
}

#[test]
fn a_million_marks_of_a_letter_are_read() {
    let text = format!("a{} b", "\u{301}\u{323}".repeat(500_000));
    assert!(find(&query("b"), &text).is_some());
}
