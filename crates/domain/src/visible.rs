//! The visible characters of a text.

/// Whether the text has a visible character. A name of only spaces, joiners or direction marks
/// looks empty, and can be neither found nor clicked.
pub fn can_be_seen(text: &str) -> bool {
    text.chars().any(|c| !is_blank(c))
}

/// Invisible characters: white space, controls, ignorable characters, and those with an empty
/// glyph. A combining mark alone is visible, and so is a character that no font has.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_ignorable(c) || is_format(c) || is_empty(c)
}

/// Characters that are invisible, or only change the direction of others (Unicode's
/// Default_Ignorable_Code_Point, which includes all of Bidi_Control).
pub fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Format characters that are not ignorable, but still invisible (of the category Cf; its number
/// and verse signs are visible).
fn is_format(c: char) -> bool {
    matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}')
}

/// Letters and symbols with an empty glyph: Braille without a dot, a note without a head, the
/// fillers of Khitan and the blanks of hieroglyphs.
fn is_empty(c: char) -> bool {
    matches!(
        c,
        '\u{2800}' | '\u{1d159}' | '\u{16fe4}' | '\u{13441}' | '\u{13442}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_no_mark_cannot_be_seen() {
        for text in [
            "",
            " \t\u{a0}\u{2003}\u{3000}\u{2028}",
            "\u{7}\u{85}",
            "\u{ad}\u{34f}\u{200b}\u{200d}\u{2060}\u{feff}",
            "\u{202e}\u{2066}\u{200e}\u{61c}",
            "\u{115f}\u{1160}\u{3164}\u{ffa0}",
            "\u{2800}",
            "\u{180e}\u{fe0f}\u{e0041}\u{fff9}",
            "\u{1d159}\u{16fe4}\u{13442}",
        ] {
            assert!(!can_be_seen(text), "{text:?}");
        }
    }

    #[test]
    fn what_leaves_a_mark_can_be_seen() {
        for text in [
            "a",
            "\u{200b}a",
            ".",
            "\u{301}",
            "\u{600}",
            "☃\u{fe0f}",
            "\u{e000}",
            "\u{fffd}",
            "한",
        ] {
            assert!(can_be_seen(text), "{text:?}");
        }
    }
}
