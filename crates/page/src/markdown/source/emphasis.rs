//! Emphasis beside scripts without spaces, and stars that are not emphasis.
//!
//! CommonMark takes a run of stars for the end of emphasis only if a space or punctuation follows
//! where punctuation precedes, and so on. That is how words stand in English; in `**「引用」**です` or
//! `**Note:**text` the stars would stay. A mark that is punctuation to Markdown makes such a run able
//! to open and to close; which of them it does is up to Markdown's own rule.

use super::letters::{both_ways, closing, full_width, opening, punctuation, symbol, unspaced};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EmphasisSides {
    Nothing,
    PointBefore,
    PointAfter,
    /// It is not emphasis.
    Spaces,
}

/// The run of equal stars or underscores, or the two tildes, that the text begins with.
pub(super) fn run(text: &str) -> Option<&str> {
    let first = text
        .chars()
        .next()
        .filter(|c| matches!(c, '*' | '_' | '~'))?;
    let end = text.find(|c| c != first).unwrap_or(text.len());
    text.get(..end).filter(|run| first != '~' || run.len() == 2)
}

/// The mark that is needed beside a run of stars, between the character `before` it and the text after
/// it.
pub(super) fn beside(before: Option<char>, run: &str, rest: &str) -> EmphasisSides {
    let after = rest.get(run.len()..).and_then(|rest| rest.chars().next());
    let (Some(before), Some(after)) = (before, after) else {
        return EmphasisSides::Nothing;
    };
    // 2*3*4, 2**10
    let star = run.starts_with('*');
    if star && run.len() < 3 && before.is_ascii_digit() && after.is_ascii_digit() {
        return EmphasisSides::Spaces;
    }
    // A single star and underscores are common in code and file names: `*.js`, `__init__`. There, one of
    // the neighbours must be of a script without spaces.
    let careful = run.starts_with('_') || run.len() == 1;
    let no_space = |c| unspaced(c) || full_width(c);
    if careful && !no_space(before) && !no_space(after) || before == '\\' {
        return EmphasisSides::Nothing;
    }
    let ends = |before| match unspaced(after) {
        true => punctuation(before) && !opening(before),
        false => closing(before) || both_ways(before),
    };
    let begins = |after| match unspaced(before) {
        true => punctuation(after) && (!closing(after) || after == '.'),
        false => opening(after) || both_ways(after),
    };
    // Unicode does not count signs of vowels and tones as letters.
    let word = |c: char| c.is_alphanumeric() || unspaced(c) && !symbol(c);
    if word(after) && ends(before) {
        EmphasisSides::PointAfter
    } else if word(before) && begins(after) {
        EmphasisSides::PointBefore
    } else {
        EmphasisSides::Nothing
    }
}
