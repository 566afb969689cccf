//! Rules for every text. Lengths count Unicode characters, never bytes.

use crate::error::{Error, Invalid, InvalidReason, Result};
use crate::visible::{can_be_seen, is_blank};
use std::ops::RangeInclusive;
use unicode_segmentation::UnicodeSegmentation;

/// Checks a text of the field `param`: its length, and that it has no U+0000, which PostgreSQL
/// cannot store.
pub fn check(param: &str, text: &str, length: RangeInclusive<usize>) -> Result<()> {
    check_text(param, text, length, "")
}

/// `measured` follows the allowed length in the message: how the text is measured.
fn check_text(
    param: &str,
    text: &str,
    length: RangeInclusive<usize>,
    measured: &str,
) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::Invalid(Invalid {
            param: Some(param.to_owned()),
            reason: InvalidReason::NulCharacter,
            message: format!("{param} must not contain the NUL character (U+0000)."),
        }));
    }
    // A text has at most as many characters as bytes: the common case needs no count.
    let (min, max) = (*length.start(), *length.end());
    if (text.len() > max || min > 1) && text.chars().count() > max
        || text.chars().take(min).count() < min
    {
        let many = match min {
            0 => format!("at most {}", grouped(max)),
            min => format!("{min} to {}", grouped(max)),
        };
        let message = format!("{param} must have {many} characters{measured}.");
        return Err(Error::invalid(param, message));
    }
    Ok(())
}

/// A number with a comma before each three digits, as all messages show it.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Checks a name that a person gives, which was trimmed: as [`check`], and that it has visible
/// characters.
pub fn check_name(param: &str, text: &str, length: RangeInclusive<usize>) -> Result<()> {
    check_text(param, text, length, " after trimming")?;
    if !can_be_seen(text) {
        let message = format!("{param} must have a character that can be seen.");
        return Err(Error::invalid(param, message));
    }
    Ok(())
}

/// The first visible line of `text`, at most `max` characters: cut after a word where one ends in
/// the second half, otherwise on a grapheme boundary, with an ellipsis that counts. `None` when the
/// text has no visible characters.
pub fn first_line(text: &str, max: usize) -> Option<String> {
    let line = text.lines().find(|line| can_be_seen(line))?;
    let line = line.trim_start_matches(is_blank).trim_end_matches(is_space);
    if line.chars().nth(max).is_none() {
        return Some(without_controls(line));
    }
    let most = max.saturating_sub(1);
    let mut cut = first_graphemes(line, most);
    if let Some(end) = cut.rfind(is_space) {
        let (words, _) = cut.split_at(end);
        if words.len() * 2 >= cut.len() {
            cut = words;
        }
    }
    Some(format!(
        "{}…",
        without_controls(cut.trim_end_matches(is_space))
    ))
}

/// Whether it is shown as a space.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn without_controls(line: &str) -> String {
    line.replace(char::is_control, " ")
}

/// As many graphemes as have no more than `most` characters. One grapheme can be longer; then it is cut
/// between characters.
fn first_graphemes(line: &str, most: usize) -> &str {
    // Each character of ASCII is a grapheme, unless a mark follows it.
    if let Some((cut, next)) = line.split_at_checked(most)
        && cut.is_ascii()
        && next.starts_with(|c: char| c.is_ascii())
    {
        return cut;
    }
    let mut length = 0;
    let whole = line.graphemes(true).take_while(|grapheme| {
        length += grapheme.chars().count();
        length <= most
    });
    let end = match whole.map(str::len).sum() {
        0 => line.chars().take(most).map(char::len_utf8).sum(),
        end => end,
    };
    line.split_at(end).0
}

/// As many graphemes from the beginning of `text` as have no more than `bytes` bytes.
pub fn beginning(text: &str, bytes: usize) -> &str {
    let ends = text
        .grapheme_indices(true)
        .map(|(at, grapheme)| at + grapheme.len());
    let end = ends.take_while(|end| *end <= bytes).last();
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_characters() {
        assert!(check("t", &"é".repeat(5), 1..=5).is_ok());
        assert!(check("t", &"é".repeat(6), 1..=5).is_err());
        assert!(check("t", "", 1..=5).is_err());
        assert!(check("t", "", 0..=5).is_ok());
        assert!(check("t", "ab", 3..=5).is_err());
        let message = check("t", "", 1..=1_000_000).unwrap_err().to_string();
        assert!(message.contains("1 to 1,000,000 characters"), "{message}");
    }

    #[test]
    fn a_long_first_line_is_cut_after_a_word() {
        let text =
            "\n  Plan the trip to Oslo in the spring with the whole family and two dogs\nmore";
        let title = first_line(text, 60).unwrap();
        assert_eq!(
            title,
            "Plan the trip to Oslo in the spring with the whole family…"
        );
    }

    #[test]
    fn a_cut_never_splits_a_grapheme() {
        let family = "👨‍👩‍👧‍👦";
        let title = first_line(&family.repeat(20), 60).unwrap();
        assert_eq!(title, format!("{}…", family.repeat(8)));
        assert!(title.chars().count() <= 60);
    }

    #[test]
    fn a_grapheme_longer_than_a_title_still_fits() {
        let zalgo = format!("e{}", "\u{301}".repeat(200));
        assert_eq!(first_line(&zalgo, 60).unwrap().chars().count(), 60);
    }

    #[test]
    fn plain_letters_are_cut_where_others_would_be() {
        let first_line = |text: &str| first_line(text, 6).unwrap();
        assert_eq!(first_line("abcdef"), "abcdef");
        assert_eq!(first_line("abcdef \u{7}"), "abcdef");
        assert_eq!(first_line("abcdefg"), "abcde…");
        assert_eq!(first_line("abcde\u{301}fg"), "abcd…");
        assert_eq!(first_line("abcdé\u{301}fg"), "abcd…");
        assert_eq!(first_line("abcd\u{7}fg"), "abcd…");
        assert_eq!(first_line("ab\u{7}cdefg"), "ab cd…");
        assert_eq!(first_line("abc\u{7}defg"), "abc…");
        assert_eq!(first_line("a bcdefg"), "a bcd…");
    }

    #[test]
    fn invisible_text_gives_no_first_line() {
        assert_eq!(first_line(" \n\t \u{7}\n", 60), None);
        assert_eq!(first_line("\u{200b}\n\u{3164}\u{2800}", 60), None);
        let hidden = format!("\u{200b}\n{} Hello\nmore", "\u{200b}".repeat(100));
        assert_eq!(first_line(&hidden, 60).as_deref(), Some("Hello"));
    }

    #[test]
    fn a_name_can_be_seen() {
        assert!(check_name("t", "\u{200b}a", 1..=5).is_ok());
        let refused = check_name("t", "\u{200b}", 1..=5).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "t must have a character that can be seen."
        );
    }
}
