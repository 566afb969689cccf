//! Marks that models write before and after an answer, for programs to remove.

use crate::thoughts::{Extent, MARKS, apart};

/// Marks that end an answer; the text after them is ignored.
const ENDS: &[&str] = &[
    "<|im_end|>",
    "<|eot_id|>",
    "<|end|>",
    "<|return|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|end_of_solution|>",
    "<end_of_turn>",
    "</s>",
    "</answer>",
    "[/inst]",
];

/// Marks that begin an answer.
const BEGINS: &[&str] = &[
    "<|im_start|>assistant",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<|start|>assistant",
    "<start_of_turn>model",
    "<|begin_of_solution|>",
    "<|message|>",
    "<s>",
    "<|assistant|>",
    "<answer>",
];

/// The answer without thoughts. `None` if it has only thoughts.
pub(super) fn without(answer: &str) -> Option<String> {
    let said = apart(answer, Extent::Whole).text;
    // Only ASCII changes, so that places stay.
    let lower = said.to_ascii_lowercase();
    let end = MARKS
        .iter()
        .filter_map(|(_, close)| {
            let at = lower.rfind(close)?;
            // A title can mention the mark.
            let quoted = lower.get(..at)?.ends_with(['`', '"', '\'', '“']);
            (!quoted).then_some(at + close.len())
        })
        .max();
    let end = end.unwrap_or_default();
    let (said, lower) = (said.get(end..)?, lower.get(end..)?);
    let mut from = lower.len() - lower.trim_start().len();
    while let Some(mark) = BEGINS.iter().find(|mark| {
        lower
            .get(from..)
            .is_some_and(|rest| rest.starts_with(**mark))
    }) {
        from += mark.len();
        let rest = lower.get(from..)?;
        from += rest.len() - rest.trim_start().len();
    }
    let rest = lower.get(from..)?;
    let end = ENDS.iter().filter_map(|mark| rest.find(mark)).min();
    let said = said.get(from..from + end.unwrap_or(rest.len()))?;
    Some(said.to_owned())
}
