//! Long queries are looked for in one pass, which finds what a look for each term finds.

use super::super::beginnings::Beginnings;
use super::super::matching::{Matches, find_words};
use super::super::words::WordPieces;
use super::corpus::CORPUS;
use super::{ParsedQuery, query};

/// How many places are looked at for terms, and how many words the text has.
fn looks(raw: &str, text: &str) -> (usize, usize) {
    let query = query(raw);
    let beginnings = Beginnings::of(query.terms.iter().chain(&query.without));
    let mut pieces = WordPieces::of(text, 100);
    let (mut looks, mut words) = (0, 0);
    while let Some(piece) = pieces.next() {
        looks += beginnings.find(piece.words, piece.new, |_| true).len();
        words += piece.new;
    }
    (looks, words)
}

#[test]
fn terms_that_nearly_match_everywhere_are_looked_at_nowhere() {
    let text = "a ".repeat(20_000);
    let phrases: String = (0..32).map(|_| "\"a a a a a a a a a a b\" ").collect();
    let without: String = (0..31).map(|_| "-\"a a a a a a a a b\" ").collect();
    for raw in [
        phrases,
        format!("z {without}"),
        "aa* ab* ac* ad* ae* af* ag*".to_owned(),
    ] {
        assert_eq!(looks(&raw, &text), (0, 20_000), "{raw}");
    }
    let (looks, _) = looks("\"a a a a\" b c d e f g h", &format!("{text} \u{e9} b"));
    // Those of the phrase, and é and b.
    assert_eq!(looks, 20_000 - 3 + 2);
}

/// The same query with as many words as are looked for in one pass, of which no text has the others.
fn long(raw: &str) -> String {
    format!("{raw} -\"qqq1 qqq2 qqq3 qqq4 qqq5 qqq6 qqq7 qqq8 qqq9\"")
}

fn shown(found: Option<Matches>) -> Option<(Vec<std::ops::Range<usize>>, String)> {
    found.map(|found| (found.places, format!("{:.9}", found.score)))
}

#[test]
fn one_pass_for_all_terms_finds_what_a_look_for_each_term_finds() {
    let mut both = 0;
    let mut compare = |raw: &str, text: &str| {
        let (Ok(short), Ok(long)) = (ParsedQuery::parse(raw), ParsedQuery::parse(&long(raw)))
        else {
            return;
        };
        let found = shown(find_words(&short, text));
        both += usize::from(found.is_some());
        assert_eq!(found, shown(find_words(&long, text)), "{raw} in {text}");
    };
    for (text, found, others) in CORPUS {
        for raw in found.iter().chain(*others) {
            compare(raw, text);
        }
    }
    let (mut texts, mut queries) = (Vec::new(), Vec::new());
    let mut seed = 11_u32;
    let mut any = |parts: &[&str], count: usize| -> String {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            parts[(seed >> 16) as usize % parts.len()]
        };
        (0..count).map(|_| next()).collect()
    };
    let parts = [
        "a", "Ab", "b", "1", " ", "_", "é", "e", "京", "東", "ß", "X",
    ];
    for count in 1..80 {
        texts.push(any(&parts, count));
        queries.push(format!("\"{}\"", any(&parts, count % 5 + 1)));
        queries.push(format!("{}*", any(&parts, count % 3 + 1)));
        queries.push(format!("a -\"{}\"", any(&parts, count % 4 + 1)));
    }
    for raw in &queries {
        for text in &texts {
            compare(raw, text);
        }
    }
    assert!(both > 1_000, "{both}");
}

#[test]
fn operators_have_full_width_forms() {
    for (raw, text, is_found) in [
        ("\u{ff02}net total\u{ff02}", "net total", true),
        ("\u{ff02}net total\u{ff02}", "total net", false),
        ("a \u{ff0d}b", "a b", false),
        ("a \u{ff0d}b", "a c", true),
        ("inv\u{ff0a}", "invoice", true),
        // These are no operators.
        ("a \u{2013}b", "a b", true),
        ("a \u{2212}b", "a b", true),
        ("parseHttp", "parseHttpResponse", false),
        ("parseHttp*", "parseHttpResponse", true),
        ("\"parse http\"", "parseHttpResponse", true),
    ] {
        assert_eq!(
            find_words(&query(raw), text).is_some(),
            is_found,
            "{raw} in {text}"
        );
    }
}
