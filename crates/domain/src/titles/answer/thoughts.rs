//! Marks that models write before and after an answer, for programs to remove.

use crate::thoughts::MARKS as THOUGHTS;

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

/// The answer without thoughts. `None` where the thoughts do not end.
pub(super) fn without(answer: &str) -> Option<&str> {
    // Only ASCII changes, so that places stay.
    let lower = answer.to_ascii_lowercase();
    let end = THOUGHTS
        .iter()
        .filter_map(|(_, close)| {
            let at = lower.rfind(close)?;
            // A title can mention the mark.
            let quoted = lower.get(..at)?.ends_with(['`', '"', '\'', '“']);
            (!quoted).then_some(at + close.len())
        })
        .max();
    let (said, lower) = match end {
        Some(end) => (answer.get(end..)?, lower.get(end..)?),
        None => {
            let begins = lower.trim_start();
            // If the line continues after the mark, it is about the mark: "<think> tags explained".
            let is_open = |open: &str| {
                let inside = begins.strip_prefix(open)?;
                let speaks = inside.starts_with(' ') && !inside.contains(['\n', '.', ',']);
                (!speaks).then_some(())
            };
            if THOUGHTS.iter().any(|(open, _)| is_open(open).is_some()) {
                return None;
            }
            (answer, lower.as_str())
        }
    };
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
    said.get(from..from + end.unwrap_or(rest.len()))
}
