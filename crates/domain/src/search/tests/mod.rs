mod beginnings;
mod bounded;
mod corpus;
mod equal;
mod marked;
mod snippets;

use super::blocks::{BLOCK_BYTES, BLOCK_MESSAGES, Indexable, blocks};
use super::keys::{WantedKeys, title_keys};
use super::matching::{find, find_words};
use super::query::ParsedQuery;
use super::snippet::snippet;
use crate::id::{ItemId, OwnerId};
use corpus::CORPUS;
use ulid::Ulid;

fn query(raw: &str) -> ParsedQuery {
    ParsedQuery::parse(raw).unwrap_or_else(|error| panic!("{raw}: {error}"))
}

fn owner() -> OwnerId {
    OwnerId::new(Ulid(7))
}

fn keys(owner: OwnerId, text: &str) -> Vec<i32> {
    super::keys::keys(owner, [text])
}

/// Whether the index has the text under the keys of the query.
fn is_candidate(raw: &str, text: &str) -> bool {
    has(&keys(owner(), text), &query(raw).keys(owner()))
}

fn has(keys: &[i32], wanted: &WantedKeys) -> bool {
    let is_there = |key: &i32| keys.binary_search(key).is_ok();
    wanted.all.iter().all(is_there) && (wanted.any.is_empty() || wanted.any.iter().any(is_there))
}

#[test]
fn each_text_of_the_corpus_is_found_by_its_queries_alone() {
    let (mut queries, mut wrong) = (0, Vec::new());
    for (text, found, not_found) in CORPUS {
        for raw in *found {
            if find(&query(raw), text).is_none() || !is_candidate(raw, text) {
                wrong.push(format!("{raw} does not find {text}"));
            }
            queries += 1;
        }
        for raw in *not_found {
            if find(&query(raw), text).is_some() {
                wrong.push(format!("{raw} finds {text}"));
            }
            queries += 1;
        }
    }
    assert!(queries >= 60, "{queries}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn each_text_that_matches_is_a_candidate_whatever_query_finds_it() {
    let all = || {
        CORPUS
            .iter()
            .flat_map(|(_, found, others)| found.iter().chain(*others))
    };
    for (text, ..) in CORPUS {
        for raw in all() {
            if find(&query(raw), text).is_some() {
                assert!(is_candidate(raw, text), "{raw} finds {text}");
            }
        }
    }
}

#[test]
fn a_glance_at_a_text_leaves_out_no_match() {
    let mut corpus: Vec<String> = CORPUS.iter().map(|(text, ..)| (*text).to_owned()).collect();
    let mut queries: Vec<String> = Vec::new();
    for (_, found, others) in CORPUS {
        queries.extend(found.iter().chain(*others).map(|raw| (*raw).to_owned()));
    }
    // Texts of a few letters and marks in all orders that a small generator makes.
    let mut seed = 7_u32;
    let mut any = |parts: &[&str], count: usize| -> String {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            parts[(seed >> 16) as usize % parts.len()]
        };
        (0..count).map(|_| next()).collect()
    };
    let parts = [
        "a", "A", "ab", "Ba", "b", "1", " ", "_", "-", ". ", "x", "B", "s",
    ];
    for count in 1..120 {
        corpus.push(any(&parts, count % 40 + 1));
        let raw = any(
            &["a", "b", "B", "ab", " ", "_", "x", "1", "s "],
            count % 7 + 1,
        );
        queries.push(format!("\"{raw}\""));
        queries.push(format!("{raw}*"));
    }
    corpus.push(format!("{} b", "a".repeat(300)));
    queries.push("\"a b\"".to_owned());
    let mut found = 0;
    for raw in &queries {
        let Ok(query) = ParsedQuery::parse(raw) else {
            continue;
        };
        for text in &corpus {
            let is_found = find_words(&query, text).is_some();
            assert_eq!(find(&query, text).is_some(), is_found, "{raw} in {text}");
            found += usize::from(is_found);
        }
    }
    assert!(found > 500, "{found}");
}

#[test]
fn titles_have_the_keys_of_their_queries_and_messages_have_not() {
    let title = title_keys(owner(), "Plans for the garden");
    let message = keys(owner(), "Plans for the garden");
    let wanted = query("garden plans").title_keys(owner());
    assert!(has(&title, &wanted) && !has(&message, &wanted));
}

#[test]
fn keys_differ_from_owner_to_owner() {
    let other = OwnerId::new(Ulid(8));
    let (mine, others) = (keys(owner(), "one two three"), keys(other, "one two three"));
    assert!(mine.iter().all(|key| !others.contains(key)));
}

#[test]
fn a_query_without_a_word_or_with_too_many_is_refused() {
    for refused in [
        "", " ", "*", "!!!", "-without", "\"\"", "a\0b", "- -", "-\"a b\"", "…",
    ] {
        assert!(ParsedQuery::parse(refused).is_err(), "{refused:?}");
    }
    assert!(ParsedQuery::parse(&"a ".repeat(32)).is_ok());
    assert!(ParsedQuery::parse(&"a ".repeat(33)).is_err());
    // A lone operator is no term, and does not count.
    assert!(ParsedQuery::parse(&format!("{}a", "- ".repeat(40))).is_ok());
    assert!(ParsedQuery::parse(&"a".repeat(1_000)).is_ok());
    assert!(ParsedQuery::parse(&"a".repeat(1_001)).is_err());
}

#[test]
fn operators_in_words_are_words() {
    let text = "a-b c && d || (e) <-> 'f' :* g.*";
    for raw in [
        "a-b",
        "'f'",
        "(e)",
        "d &&",
        "\"c && d\"",
        "g.*",
        "\"c d",
        "\u{201e}c d\u{201c}",
    ] {
        assert!(find(&query(raw), text).is_some(), "{raw}");
    }
}

#[test]
fn a_snippet_shows_the_matches_by_characters() {
    let text = format!(
        "{} Ünïcode 東京 needle\nand more needles. {}",
        "x ".repeat(100),
        "y".repeat(300)
    );
    for raw in ["needle*", "東京", "unicode needle"] {
        let found = find(&query(raw), &text).unwrap();
        let (snippet, matches) = snippet(&text, &found.places);
        assert!(
            snippet.chars().count() <= 202 && snippet.starts_with('…') && snippet.ends_with('…')
        );
        assert!(!matches.is_empty());
        for place in matches {
            let shown: String = snippet
                .chars()
                .skip(place.start)
                .take(place.len())
                .collect();
            assert!(
                ["needle", "needles", "東京", "Ünïcode"].contains(&shown.as_str()),
                "{shown}"
            );
        }
    }
}

#[test]
fn a_match_has_whole_characters_as_a_reader_sees_them() {
    for (text, raw, shown) in [
        ("good 👍🏽 job ❤️ now", "👍", "👍🏽"),
        ("good 👍🏽 job ❤️ now", "❤", "❤️"),
        ("we 👩‍👩‍👧 three", "👩", "👩‍👩‍👧"),
        ("we 👩‍👩‍👧 three", "👧", "👩‍👩‍👧"),
        ("\u{202b}שלום\u{202c}", "שלום", "שלום"),
        ("a ｶﾞ b", "ガ", "ｶﾞ"),
        ("か\u{3099}き", "が", "か\u{3099}"),
        ("กิน", "ก", "กิ"),
        ("5 ㎏!", "kg", "㎏"),
        ("in parseHttpResponse(x)", "http", "Http"),
        ("in parseHttpResponse(x)", "\"parse http\"", "parseHttp"),
        ("in parseHttpResponse(x)", "pars*", "parseHttpResponse"),
        (
            "one javaScript two",
            "\"java script two\"",
            "javaScript two",
        ),
        ("the cafe\u{301}, too", "cafe", "cafe\u{301}"),
    ] {
        let found = find(&query(raw), text).unwrap_or_else(|| panic!("{raw} in {text}"));
        let (snippet, matches) = snippet(text, &found.places);
        assert_eq!(matches.len(), 1, "{raw} in {text}");
        let of = |place: &std::ops::Range<usize>| -> String {
            snippet
                .chars()
                .skip(place.start)
                .take(place.len())
                .collect()
        };
        assert_eq!(of(&matches[0]), shown, "{raw} in {text}");
    }
}

#[test]
fn hashes_are_not_taken_apart() {
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    assert_eq!(keys(owner(), hash).len(), 1);
    let data = "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4";
    assert_eq!(keys(owner(), data).len(), 1);
    assert!(find(&query(&hash.to_uppercase()), hash).is_some());
}

#[test]
fn a_very_long_text_has_a_bounded_number_of_keys() {
    let text: String = (0..150_000).map(|n| format!("word{n} ")).collect();
    assert!(find(&query("word149999"), &text).is_some());
    // Those of the numbers are many, those of the words with them are not.
    let words = query("word149999 word1").keys(owner()).all;
    assert_eq!(words, query("word").keys(owner()).all);
    assert!(keys(owner(), &text).len() < 100_000);
    let long = "x".repeat(1_000_000);
    assert!(keys(owner(), &long).len() < 20);
}

/// Texts of many pieces have the same words, whichever words stand at the border of two pieces.
#[test]
fn a_long_text_is_read_in_pieces_without_a_gap() {
    for lead in 0..6 {
        let lead = "z ".repeat(lead);
        let words: String = (0..9_000).map(|n| format!("w{n} ")).collect();
        let text = format!("{lead}{words}");
        for n in 0..8_997 {
            let near = n % 4_096 < 8 || n % 4_096 > 4_085;
            let phrase = format!("\"w{n} w{} w{}\"", n + 1, n + 2);
            if near {
                let found = find(&query(&phrase), &text).unwrap();
                assert_eq!(found.places.len(), 1, "{phrase}");
                let place = found.places[0].clone();
                let shown: String = text.chars().skip(place.start).take(place.len()).collect();
                assert_eq!(shown, format!("w{n} w{} w{}", n + 1, n + 2));
            }
        }
        assert!(find(&query("w0 -w8999"), &text).is_none());
        assert!(find(&query("\"w8998 w8999\""), &text).is_some());
        assert!(find(&query("\"w8999 w0\""), &text).is_none());
    }
    let dense: String = ('\u{4e00}'..'\u{9000}').collect();
    let all = keys(owner(), &dense);
    let count = dense.chars().count();
    assert!(all.len() > count - 20, "{} of {count}", all.len());
    for (n, (one, other)) in dense.chars().zip(dense.chars().skip(1)).enumerate() {
        if n % 4_096 < 4 || n % 4_096 > 4_090 {
            let pair = format!("{one}{other}");
            assert!(find(&query(&pair), &dense).is_some(), "{pair}");
            let wanted = query(&pair).keys(owner());
            assert!(has(&all, &wanted));
        }
    }
}

/// A character may stand for many letters. The memory for one text does not grow with them.
#[test]
fn characters_that_stand_for_many_letters_are_read_in_pieces() {
    let text = "\u{fdfa}".repeat(20_000);
    let mut pieces = super::words::WordPieces::of(&text, 2);
    let mut most = 0;
    while let Some(piece) = pieces.next() {
        most = most.max(piece.words.all.len());
    }
    assert!(most < 5_000, "{most}");
    assert!(find(&query("xyz"), &text).is_none());
    assert!(keys(owner(), &text).len() < 100);
}

/// A word has one key, and each of its beginnings finds it. Other words are left out, if they do not
/// begin so.
#[test]
fn a_beginning_finds_its_words_and_leaves_out_most_others() {
    for text in [
        "search",
        "İstanbul",
        "ёлка",
        "parseHttpResponse",
        "a1b2c3",
        "naïve",
    ] {
        let most = if text == "a1b2c3" { 10 } else { 4 };
        assert!(keys(owner(), text).len() <= most, "{text}");
        let count = text.chars().count();
        for letters in 1..=count {
            let beginning: String = text.chars().take(letters).collect();
            assert!(is_candidate(&format!("{beginning}*"), text), "{beginning}");
        }
    }
    let others = ["sea", "seal", "seaside", "sear", "research", "mat"];
    let found = |raw| others.iter().filter(|text| is_candidate(raw, text)).count();
    assert_eq!(found("sea*"), 4);
    assert!(found("search*") < 4);
    assert_eq!(found("sea"), 1);
}

#[test]
fn messages_are_in_one_block_up_to_a_number_a_size_and_a_time() {
    let at = |minute: u64, text: &str| Indexable {
        id: ItemId::new(Ulid::from_parts(minute * 60_000, 7)),
        text: text.to_owned(),
    };
    let sizes = |messages: &[Indexable]| -> Vec<usize> {
        blocks(messages).into_iter().map(<[_]>::len).collect()
    };
    let many: Vec<_> = (0..40).map(|minute| at(minute, "short")).collect();
    assert_eq!(
        sizes(&many),
        [BLOCK_MESSAGES, BLOCK_MESSAGES, 40 - 2 * BLOCK_MESSAGES]
    );
    let long = "x".repeat(BLOCK_BYTES);
    assert_eq!(
        sizes(&[at(0, "a"), at(1, "b"), at(2, &long), at(3, "")]),
        [2, 2]
    );
    assert_eq!(
        sizes(&[at(0, "a"), at(1, &"x".repeat(3 * BLOCK_BYTES)), at(2, "c")]),
        [1, 1, 1]
    );
    assert_eq!(
        sizes(&[at(0, "a"), at(60, "b"), at(61, "c"), at(121, "d")]),
        [2, 2]
    );
    // Clocks of instances differ.
    assert_eq!(sizes(&[at(90, "a"), at(61, "b"), at(29, "c")]), [2, 1]);
    assert!(blocks(&[]).is_empty());
}

#[test]
fn the_characters_that_stand_for_many_letters_are_known() {
    for c in '\0'..=char::MAX {
        let mut letters = 0;
        unicode_normalization::char::decompose_compatible(c, |_| letters += 1);
        assert!(
            letters <= 4 && letters <= 2 * c.len_utf8() || super::scripts::is_long(c),
            "{c}"
        );
    }
}
