//! The marks that models write around their thoughts, in lower case.

/// How thoughts begin and end.
pub(crate) const MARKS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<seed:think>", "</seed:think>"),
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<|channel>thought", "<channel|>"),
    ("<|channel|>analysis", "<|channel|>final"),
];

/// What models write around the answer that follows. It says nothing.
const WRAPPERS: &[(&str, &str)] = &[
    ("<|message|>", "<|return|>"),
    ("<answer>", "</answer>"),
    ("<response>", "</response>"),
    ("<|begin_of_solution|>", "<|end_of_solution|>"),
    ("<|start_response|>", "<|end_response|>"),
];

/// What may stand at either end of a thought and is no part of it.
const EDGES: &[&str] = &["<|message|>", "<|end|>", "<|start|>assistant"];

/// The mark that the text begins with, of these.
pub(super) fn beginning<'a>(
    text: &str,
    marks: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let begins = |mark: &&str| {
        let head = text.get(..mark.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(mark))
    };
    marks.into_iter().find(begins)
}

/// Whether more text may turn this into one of the marks.
pub(super) fn may_become<'a>(text: &str, marks: impl IntoIterator<Item = &'a str>) -> bool {
    let begins = |mark: &str| {
        let head = mark.as_bytes().get(..text.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
    };
    marks.into_iter().any(begins)
}

/// How many marks that are spoken of in a thought are passed by.
const MOST: usize = 64;

/// Where the mark ends a thought, and is not spoken of in it. `is_over`: nothing comes after the text.
pub(super) fn end(text: &str, close: &str, is_over: bool) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let places = lower.match_indices(close).map(|(at, _)| at).take(MOST);
    let mut said = places.filter(|at| !is_quoted(text, *at, close.len()));
    let at = said.next()?;
    let shows = is_over || at + close.len() < text.len() || !is_after_a_quote(text, at);
    shows.then_some(at)
}

/// Whether the mark at this place stands between quotation marks, or such.
pub(super) fn is_quoted(text: &str, at: usize, length: usize) -> bool {
    let after = text
        .get(at + length..)
        .and_then(|after| after.chars().next());
    let ends = matches!(after, Some('`' | '"' | '\'' | '”' | '’' | '“' | '»' | ')'));
    ends && is_after_a_quote(text, at)
}

/// Whether a quotation begins right before this place. What ends one there begins none: of marks that
/// are the same at both ends, the last of an even number.
fn is_after_a_quote(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    match before.chars().next_back() {
        Some(mark @ ('`' | '"')) => before.matches(mark).count() % 2 == 1,
        Some(mark) => matches!(mark, '\'' | '“' | '‘' | '«' | '„' | '('),
        None => false,
    }
}

/// A thought without what is no part of it; `None` where nothing is left.
pub(super) fn bare(thought: &str) -> Option<&str> {
    let mut bare = thought.trim();
    loop {
        let before = bare.len();
        for edge in EDGES {
            bare = bare.strip_prefix(edge).unwrap_or(bare).trim_start();
            bare = bare.strip_suffix(edge).unwrap_or(bare).trim_end();
        }
        if bare.len() == before {
            return (!bare.is_empty()).then_some(bare);
        }
    }
}

/// An answer that follows thoughts, without what is around it.
pub(super) fn unwrapped(answer: &str) -> &str {
    let answer = answer.trim_start();
    let opens = WRAPPERS.iter().map(|(open, _)| *open);
    let Some(open) = beginning(answer, opens) else {
        return answer;
    };
    let inside = answer.get(open.len()..).unwrap_or_default().trim_start();
    let trimmed = inside.trim_end();
    let close = WRAPPERS
        .iter()
        .find(|(of, _)| *of == open)
        .map(|(_, close)| close);
    let cut = close.and_then(|close| {
        let end = trimmed.len().checked_sub(close.len())?;
        trimmed
            .get(end..)?
            .eq_ignore_ascii_case(close)
            .then_some(end)
    });
    match cut {
        Some(end) => inside.get(..end).unwrap_or_default().trim_end(),
        None => inside,
    }
}
