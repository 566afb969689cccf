//! A closing mark without an opening one, since the chat template has written the opening one.
//! Texts also mention such marks: a mark ends a thought only where it cannot be part of a sentence.

use super::code;
use super::ends::{is_after_a_quote, is_quoted};
use super::marks::{MARKS, bare, unwrapped};
use super::{Split, marks};

/// How many places are checked for the end of a thought without an opening mark.
const PLACES: usize = 8;

/// Thoughts whose opening mark the chat template has written.
pub(super) fn closed_alone(written: &str) -> Option<Split> {
    // Each closing mark begins with one of these.
    if !["</", "[/", "◁/", "<|"]
        .iter()
        .any(|begin| written.contains(begin))
    {
        return None;
    }
    let lower = written.to_ascii_lowercase();
    if let Some(apart) = closed_channel(written) {
        return Some(apart);
    }
    let closing = MARKS
        .iter()
        .filter(|(open, _)| !open.starts_with("<|channel"));
    let mut places: Vec<_> = closing
        .filter_map(|(open, close)| {
            let mut places = lower.match_indices(close).take(PLACES);
            let (at, _) = places.find(|(at, _)| closes(written, *at, close.len()))?;
            (!is_opened(lower.get(..at)?, open)).then_some((at, close.len()))
        })
        .collect();
    places.sort_unstable();
    let (at, length) = places.into_iter().next()?;
    let (before, after) = (written.get(..at)?, written.get(at + length..)?);
    Some(match after.trim().is_empty() {
        // No answer follows the mark, so the text before it is the answer.
        true => Split {
            text: before.trim_end().to_owned(),
            thoughts: None,
        },
        false => Split {
            text: unwrapped(after).to_owned(),
            thoughts: bare(before).map(str::to_owned),
        },
    })
}

/// The template has opened the channel of thoughts.
fn closed_channel(written: &str) -> Option<Split> {
    let end = "<|end|><|start|>assistant<|channel|>final<|message|>";
    let at = written
        .find(end)
        .filter(|at| !code::contains(written, *at))?;
    let (before, after) = (written.get(..at)?, written.get(at + end.len()..)?);
    let answer = after.trim_end();
    Some(Split {
        text: answer
            .strip_suffix("<|return|>")
            .unwrap_or(after)
            .to_owned(),
        thoughts: bare(before).map(str::to_owned),
    })
}

/// Whether a tag like this one was opened, with attributes or without.
fn is_opened(before: &str, open: &str) -> bool {
    let Some(name) = open.strip_prefix('<').and_then(|tag| tag.strip_suffix('>')) else {
        return before.contains(open);
    };
    before.split('<').skip(1).any(|tag| {
        let after = tag.strip_prefix(name);
        after.is_some_and(|after| {
            let next = after.chars().next();
            next.is_some_and(|next| matches!(next, '>' | '/') || next.is_whitespace())
        })
    })
}

/// Whether the mark at this place ends a thought, and is not only mentioned.
fn closes(text: &str, at: usize, length: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + length..).unwrap_or_default();
    stands_alone(before, after) && !is_quoted(text, at, length) && !code::contains(text, at)
}

/// Whether the mark between these texts cannot be part of a sentence.
fn stands_alone(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let begins_line = line.len() <= 3 && line.bytes().all(|byte| byte == b' ');
    if !begins_line && line.trim().is_empty() {
        // Code that is indented.
        return false;
    }
    let ends_line = after
        .split('\n')
        .next()
        .unwrap_or_default()
        .trim()
        .is_empty();
    let said = before.trim_end();
    let ends_sentence = ends_sentence(said);
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (last, next) = (before.chars().next_back(), after.chars().next());
    let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if after.trim().is_empty() {
        return ends_sentence || said.is_empty();
    }
    match (begins_line, ends_line) {
        (true, true) => {
            let leads_to_it = said.ends_with([':', '：']) && !ends_paragraph(after);
            !leads_to_it && !begins_with_a_mark(after)
        }
        // No sentence begins like "</think>Yes".
        (true, false) if said.is_empty() => line.is_empty() && begins_sentence(after),
        (true, false) => line.is_empty() && !said.ends_with([':', '：']) && is_word(next),
        (false, true) => ends_sentence || is_latin(last) || is_word(last) && ends_paragraph(after),
        (false, false) => {
            let goes_on = next.is_none_or(|next| {
                next.is_whitespace() || ",;:.!?)]}/\\|>'，。、；：！？」』》〉）”’".contains(next)
            }) || after.starts_with("</");
            let is_glued = last.is_some_and(|last| !last.is_whitespace());
            is_glued && ends_sentence && !goes_on
                || is_latin(last) && is_latin(next)
                || is_word(last) && is_word(next) && thinks(before)
        }
    }
}

/// How thoughts begin in scripts without spaces, where a mark between words says little.
const BEGINNINGS: &[&str] = &[
    "好的",
    "好，",
    "嗯",
    "首先",
    "用户",
    "用戶",
    "ユーザー",
    "まず",
];

/// Words for the user, whom such thoughts mention.
const USERS: &[&str] = &["用户", "用戶", "ユーザー"];

/// Whether a text thinks about what it is going to say.
fn thinks(before: &str) -> bool {
    let text = before.trim_start();
    let says = |word: &&str| before.contains(*word);
    BEGINNINGS.iter().any(|word| text.starts_with(word)) && USERS.iter().any(says)
}

/// Whether an answer begins like this right after a mark.
pub(super) fn begins_sentence(after: &str) -> bool {
    after.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// Removes a closing mark at the beginning; its server has removed the thought before it.
pub(super) fn left_over(written: &str) -> Option<Split> {
    let text = written.trim_start();
    let close = marks::beginning(text, MARKS.iter().map(|(_, close)| *close))?;
    let after = text.get(close.len()..)?;
    (!after.starts_with(' ')).then(|| Split {
        text: unwrapped(after).to_owned(),
        thoughts: None,
    })
}

/// Whether a sentence can end like this.
fn ends_sentence(text: &str) -> bool {
    match text.chars().next_back() {
        Some('"' | '`') => !is_after_a_quote(text, text.len()),
        Some(last) => ".!?。！？…”)）」』".contains(last),
        None => false,
    }
}

/// Whether an empty line follows this line.
fn ends_paragraph(after: &str) -> bool {
    let mut lines = after.split('\n').skip(1);
    lines.next().is_some_and(|line| line.trim().is_empty())
}

/// Whether another closing mark follows, as in a list of marks.
fn begins_with_a_mark(after: &str) -> bool {
    let closes = MARKS.iter().map(|(_, close)| *close);
    marks::beginning(after.trim_start(), closes).is_some()
}
