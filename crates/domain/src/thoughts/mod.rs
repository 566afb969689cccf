//! What a model thinks, apart from what it says. Many models write their thoughts into the text, between
//! marks; some chat templates have opened them already, and then the closing mark comes alone.

mod alone;
mod code;
mod marks;
mod splitter;

use alone::{closed_alone, left_over};
use marks::{End, bare, beginning, end, end_of, is_wrapped, unwrapped};

pub(crate) use marks::MARKS;
pub(crate) use splitter::Splitter;

/// A text, and the thoughts that were in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apart {
    pub text: String,
    pub thoughts: Option<String>,
}

/// How a text that may begin with thoughts came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// A thought that was not closed is one all the same.
    Cut,
}

/// How many thoughts are looked at.
const MOST: usize = 32;

/// The most bytes of attributes that a mark has.
const ATTRIBUTES: usize = 100;

/// What opens a thought of some models, and as often a part of an answer that was asked for in such tags.
const TAGS: &[&str] = &["<reasoning>", "<reflection>", "<thoughts>"];

/// What gpt-oss writes before a message, and before one that is its answer.
const ASSISTANT: &str = "<|start|>assistant";
const ANSWER: &str = "<|channel|>final";

/// Takes the thoughts out of what a model has written. Text that has none stays to the byte, and so
/// does text that speaks of the marks.
pub fn apart(written: &str, how: Extent) -> Apart {
    leading(written, how)
        .or_else(|| closed_alone(written))
        .unwrap_or_else(|| Apart {
            text: written.to_owned(),
            thoughts: None,
        })
}

/// Takes the thoughts out of a text that its server has parted from other thoughts: what is left of
/// marks there.
pub(crate) fn apart_again(written: &str, how: Extent) -> Apart {
    let alone = || closed_alone(written).filter(|apart| apart.thoughts.is_none());
    leading(written, how)
        .or_else(alone)
        .or_else(|| left_over(written))
        .unwrap_or_else(|| Apart {
            text: written.to_owned(),
            thoughts: None,
        })
}

/// Thoughts as their server tells them, without marks.
pub(crate) fn unmarked(thoughts: &str) -> Option<String> {
    let thoughts = thoughts.trim();
    let opens = MARKS.iter().map(|(open, _)| *open);
    let open = beginning(thoughts, opens).unwrap_or_default();
    let inside = thoughts.get(open.len()..).unwrap_or_default();
    let close = MARKS.iter().find(|(of, _)| *of == open);
    let ended = close.and_then(|(_, close)| Some((end(inside, close, true)?, close.len())));
    let Some((end, length)) = ended else {
        return bare(inside).map(str::to_owned);
    };
    let (thought, rest) = (inside.get(..end)?, inside.get(end + length..)?);
    let all: Vec<_> = [thought, rest].into_iter().filter_map(bare).collect();
    (!all.is_empty()).then(|| all.join("\n\n"))
}

/// What a server has told as thoughts, and what was found in the text: some tell them in both places.
pub(crate) fn united(told: Option<String>, found: Option<String>) -> Option<String> {
    match (told, found) {
        (Some(told), Some(found)) if told != found => Some(format!("{told}\n\n{found}")),
        (told, found) => told.or(found),
    }
}

/// Thoughts at the beginning, each between its marks.
fn leading(written: &str, how: Extent) -> Option<Apart> {
    let mut thoughts = Vec::new();
    let mut rest = without_role(written);
    let mut are_tags = false;
    for _ in 0..MOST {
        let Some((open, length)) = opening(rest.trim_start()) else {
            break;
        };
        let inside = rest.trim_start().get(length..)?;
        let (_, close) = MARKS.iter().find(|(of, _)| *of == open)?;
        let is_tag = TAGS.contains(&open);
        are_tags |= is_tag;
        match end_of(inside, open, close) {
            End::At(end) => {
                thoughts.extend(inside.get(..end).and_then(bare));
                rest = inside.get(end + close.len()..)?;
            }
            End::Spoken => break,
            // What goes on in the same line may speak of the mark.
            End::Open if is_tag || how == Extent::Whole && !inside.starts_with(['\n', '\r']) => {
                break;
            }
            End::Open => {
                thoughts.extend(bare(inside));
                rest = "";
            }
        }
    }
    if let Some(answer) = beginning(rest, [ANSWER]) {
        rest = rest.get(answer.len()..)?;
    }
    // An answer that was asked for in tags is all of it the answer.
    if are_tags && (rest.trim().is_empty() || is_wrapped(rest)) {
        return None;
    }
    let is_apart = rest.len() < without_role(written).len();
    is_apart.then(|| Apart {
        text: unwrapped(rest).to_owned(),
        thoughts: (!thoughts.is_empty()).then(|| thoughts.join("\n\n")),
    })
}

/// The mark that the text begins with, and its length: some proxies write how long a thought took.
fn opening(text: &str) -> Option<(&'static str, usize)> {
    let opens = MARKS.iter().map(|(open, _)| *open);
    if let Some(open) = beginning(text, opens) {
        return Some((open, open.len()));
    }
    let attributes = text.strip_prefix("<think ")?;
    let end = attributes.find('>').filter(|end| *end < ATTRIBUTES)?;
    let is_one = attributes.get(..end)?.contains('=') && !attributes.get(..end)?.contains('<');
    is_one.then_some(("<think>", "<think ".len() + end + 1))
}

/// The text without the name of who speaks, where a channel follows.
fn without_role(written: &str) -> &str {
    let text = written.trim_start();
    let rest = beginning(text, [ASSISTANT]).and_then(|role| text.get(role.len()..));
    let rest = rest.filter(|rest| rest.starts_with("<|channel|>"));
    rest.unwrap_or(written)
}

#[cfg(test)]
mod tests;
