//! Marks with which chat templates end a message. Some servers leave the last one in the text.

use super::marks::{beginning, may_become};

/// In lower case.
const ENDS: &[&str] = &[
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end|>",
    "<|return|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|end_of_turn|>",
    "<|end_of_turn_token|>",
    "<|end_of_solution|>",
    "<|end_response|>",
    "<|end_text|>",
    "<|eos|>",
    "<end_of_turn>",
    "<｜end▁of▁sentence｜>",
];

/// How long several of them can be, in bytes, and the white space between them.
const LONGEST: usize = 96;

/// The place from which the text may consist only of such marks.
pub(super) fn held_back(text: &str) -> usize {
    let mut from = text.len().saturating_sub(LONGEST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let tail = text.get(from..).unwrap_or_default();
    let mut places = tail.match_indices('<').map(|(at, _)| at);
    let held = places.find(|at| {
        let rest = after_all(tail.get(*at..).unwrap_or_default());
        rest.is_empty() || may_become(rest, ENDS.iter().copied())
    });
    held.map_or(text.len(), |at| from + at)
}

/// Whether the text consists only of such marks.
pub(super) fn complete(text: &str) -> bool {
    !text.is_empty() && after_all(text).is_empty()
}

/// A line without such marks at its end.
pub(super) fn without(line: &str) -> &str {
    let end = held_back(line);
    let is_mark = line.get(end..).is_some_and(complete);
    let rest = line.get(..end).filter(|_| is_mark);
    rest.unwrap_or(line).trim_end()
}

/// The text after all such marks.
fn after_all(text: &str) -> &str {
    let mut rest = text;
    while let Some(mark) = beginning(rest, ENDS.iter().copied()) {
        rest = rest.get(mark.len()..).unwrap_or_default().trim_start();
    }
    rest
}
