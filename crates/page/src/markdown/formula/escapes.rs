//! Escapes within the text of a formula, which the crate that sets formulas would read otherwise.

/// Escapes, the characters that stand for them until the formula is set, and their HTML.
const ESCAPES: [(char, char, &str); 8] = [
    ('%', '\u{FDE0}', "%"),
    ('{', '\u{FDE1}', "{"),
    ('}', '\u{FDE2}', "}"),
    ('$', '\u{FDE3}', "$"),
    ('&', '\u{FDE4}', "&amp;"),
    ('_', '\u{FDE5}', "_"),
    ('#', '\u{FDE6}', "#"),
    (' ', '\u{FDE7}', " "),
];

pub(super) fn has_stand_in(tex: &str) -> bool {
    ESCAPES
        .iter()
        .any(|(_, stand_in, _)| tex.contains(*stand_in))
}

/// The character that stands for this one until the formula is set.
pub(super) fn stand_in(character: char) -> Option<char> {
    let found = ESCAPES.iter().find(|(escape, _, _)| *escape == character);
    found.map(|(_, stand_in, _)| *stand_in)
}

/// Puts the characters back that stand for others.
pub(super) fn translate_back(out: &mut String, set: &str) {
    let stand_in = |c: char| ESCAPES.iter().find(|(_, stand_in, _)| *stand_in == c);
    for c in set.chars() {
        match stand_in(c) {
            None => out.push(c),
            Some((_, _, html)) => out.push_str(html),
        }
    }
}
