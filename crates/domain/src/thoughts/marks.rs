//! The marks that models write around their thoughts, in lower case.

/// How thoughts begin and end.
pub(crate) const MARKS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<analysis>", "</analysis>"),
    ("<reasoning_content>", "</reasoning_content>"),
    ("<seed:think>", "</seed:think>"),
    ("<mm:think>", "</mm:think>"),
    ("<thinking>", "</thinking>"),
    ("<|think|>", "<|/think|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<｜begin▁of▁thinking｜>", "<｜end▁of▁thinking｜>"),
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<|channel>thought", "<channel|>"),
];

/// Marks that models write around the answer after the thoughts. They are not part of it.
const WRAPPERS: &[(&str, &str)] = &[
    ("<answer>", "</answer>"),
    ("<response>", "</response>"),
    ("<|begin_of_solution|>", "<|end_of_solution|>"),
    ("<|start_response|>", "<|end_response|>"),
    ("<|start_text|>", "<|end_text|>"),
];

/// Marks that may stand at either end of a thought and do not belong to it.
const EDGES: &[&str] = &[
    "<|message|>",
    "<|end|>",
    "<|start|>assistant",
    "<|end_of_think|>",
];

/// The text without the invisible characters before its first word.
pub(super) fn begun(text: &str) -> &str {
    let unseen = ['\u{200b}', '\u{2060}', '\u{feff}'];
    text.trim_start_matches(|c: char| c.is_whitespace() || unseen.contains(&c))
}

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

/// Whether the text is a prefix of one of the marks.
pub(super) fn may_become<'a>(text: &str, marks: impl IntoIterator<Item = &'a str>) -> bool {
    let begins = |mark: &str| {
        let head = mark.as_bytes().get(..text.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
    };
    marks.into_iter().any(begins)
}

/// Whether the text after an opening mark continues like a sentence about the mark; `None` while
/// that is not known. A thought begins on a new line, right after the mark, or with a capital.
pub(super) fn speaks(inside: &str) -> Option<bool> {
    let mut next = inside.chars();
    let (first, second) = (next.next()?, next.next());
    if first != ' ' {
        return Some(",/.:;)|&+=".contains(first));
    }
    let second = second?;
    let is_word = second.is_alphanumeric() && !second.is_uppercase();
    Some(is_word || "(-–—=/&+|,→:".contains(second))
}

/// The marks before an answer that no person writes.
pub(super) fn tokens() -> impl Iterator<Item = &'static str> {
    let tokens = WRAPPERS.iter().map(|(open, _)| *open);
    tokens.filter(|open| open.starts_with("<|"))
}

pub(super) fn token_before(text: &str) -> Option<&'static str> {
    beginning(text, tokens())
}

/// Whether more may make this the tag before an answer.
pub(super) fn may_wrap(text: &str) -> bool {
    let tags = WRAPPERS.iter().map(|(open, _)| *open);
    beginning(text, tags.clone()).is_none() && may_become(text, tags)
}

/// A thought without the marks at its ends; `None` if it is empty then.
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

/// Whether the answer after the thoughts is between tags.
pub(super) fn is_wrapped(answer: &str) -> bool {
    let tags = WRAPPERS
        .iter()
        .map(|(open, _)| *open)
        .filter(|open| !open.starts_with("<|"));
    beginning(answer.trim_start(), tags).is_some()
}

/// The text after a mark, without the rest of its line and empty lines, where that is white space.
pub(super) fn after_a_mark(text: &str) -> &str {
    let blank = text.len() - text.trim_start().len();
    let line = text.get(..blank).and_then(|blank| blank.rfind('\n'));
    text.get(line.map_or(blank, |end| end + 1)..)
        .unwrap_or_default()
}

/// The answer after the thoughts, without the marks around it.
pub(super) fn unwrapped(answer: &str) -> &str {
    let answer = after_a_mark(answer);
    let begun = answer.trim_start();
    let Some((open, close)) = WRAPPERS
        .iter()
        .find(|(open, _)| beginning(begun, [*open]).is_some())
    else {
        return answer;
    };
    // These marks are never part of a text, and the last one may be missing.
    let is_token = open.starts_with("<|");
    let inside = begun.get(open.len()..).unwrap_or_default();
    let trimmed = inside.trim_end();
    let end = trimmed.len().checked_sub(close.len());
    let end = end.filter(|end| {
        let last = trimmed.get(*end..);
        last.is_some_and(|last| last.eq_ignore_ascii_case(close))
    });
    let within = match end {
        Some(end) => trimmed.get(..end).unwrap_or_default(),
        None if is_token => inside,
        None => return answer,
    };
    let lower = within.to_ascii_lowercase();
    if !is_token && (lower.contains(open) || lower.contains(close)) {
        return answer;
    }
    within.trim_matches(['\n', '\r'])
}
