//! A snippet is cut between the characters that a reader sees.

use super::{find, query, snippet};
use unicode_segmentation::UnicodeSegmentation as _;

/// The snippet of a text for a word, without the marks of what is left out.
fn shown(text: &str, raw: &str) -> String {
    let places = find(&query(raw), text).unwrap().places;
    let (snippet, matches) = snippet(text, &places);
    let first: Vec<char> = snippet.chars().collect();
    let count = first.len();
    assert!(count <= 202, "{count}");
    let at = matches.first().unwrap();
    assert!(!at.is_empty() && at.end <= count, "{at:?} of {count}");
    snippet.trim_matches('…').to_owned()
}

#[test]
fn it_is_cut_between_whole_characters() {
    let flags = "🇩🇪".repeat(101);
    let family = "👨‍👩‍👧".repeat(100);
    let hangul = "\u{1112}\u{1161}\u{11ab}".repeat(100);
    let accents = "e\u{323}\u{302}".repeat(100);
    for unit in [&flags, &family, &hangul, &accents] {
        for text in [
            format!("{unit} needle x"),
            format!("{unit} needle {unit}"),
            format!("needle {unit}"),
            format!("x{unit} needle {unit}y"),
        ] {
            let shown = shown(&text, "needle");
            assert!(shown.contains("needle"), "{shown}");
            let whole: Vec<&str> = text.graphemes(true).collect();
            for grapheme in shown.graphemes(true) {
                let is_whole = whole.contains(&grapheme);
                assert!(is_whole, "{grapheme:?} of {text:?}");
            }
        }
    }
}

#[test]
fn a_character_that_is_longer_than_the_room_is_left_out() {
    let long = format!("a{}", "\u{301}".repeat(300));
    assert_eq!(shown(&format!("{long} needle"), "needle"), " needle");
    assert_eq!(shown(&format!("needle {long}"), "needle"), "needle ");
    // If it is found itself, some of it is shown.
    assert!(!shown(&long, "a").is_empty());
    assert!(shown(&format!("{} needle", "\u{301}".repeat(1_000)), "needle").contains("needle"));
}
