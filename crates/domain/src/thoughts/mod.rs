//! Separates a model's thoughts from its answer. Many models write their thoughts into the text,
//! between marks. Some chat templates have written the opening mark already; then only the closing
//! one comes.

mod alone;
mod code;
mod marks;
mod splitter;

use alone::{closed_alone, left_over};
use marks::{End, bare, beginning, end, end_of, is_wrapped, unwrapped};

pub(crate) use marks::MARKS;
pub(crate) use splitter::Splitter;

/// A text, and the thoughts that were taken out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apart {
    pub text: String,
    pub thoughts: Option<String>,
}

/// Whether a text that may begin with thoughts is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// The text was cut: an unclosed thought counts as a thought.
    Cut,
}

/// How many thoughts are read.
const MOST: usize = 32;

/// The most bytes of attributes that a mark has.
const ATTRIBUTES: usize = 100;

/// Tags of some models around thoughts; as often, tags that the client asked for in the answer.
const TAGS: &[&str] = &["<reasoning>", "<reflection>", "<thoughts>"];

/// The marks that gpt-oss writes before a message, and before its answer.
const ASSISTANT: &str = "<|start|>assistant";
const ANSWER: &str = "<|channel|>final";

/// Separates the thoughts from a model's text. A text without thoughts is returned unchanged, and
/// so is a text that only mentions the marks.
pub fn apart(written: &str, how: Extent) -> Apart {
    leading(written, how)
        .or_else(|| closed_alone(written))
        .unwrap_or_else(|| Apart {
            text: written.to_owned(),
            thoughts: None,
        })
}

/// Separates the rest of the thoughts and marks from a text whose server has already separated
/// other thoughts.
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

/// Thoughts that the server sent separately, without marks.
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

/// Joins the thoughts that the server sent and those found in the text: some servers send both.
pub(crate) fn united(told: Option<String>, found: Option<String>) -> Option<String> {
    match (told, found) {
        (Some(told), Some(found)) if told != found => Some(format!("{told}\n\n{found}")),
        (told, found) => told.or(found),
    }
}

/// Separates thoughts at the beginning, each between its marks.
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
            // More text in the same line may be a sentence about the mark.
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
    // Where the client asked for an answer in tags, the whole text is the answer.
    if are_tags && (rest.trim().is_empty() || is_wrapped(rest)) {
        return None;
    }
    let is_apart = rest.len() < without_role(written).len();
    is_apart.then(|| Apart {
        text: unwrapped(rest).to_owned(),
        thoughts: (!thoughts.is_empty()).then(|| thoughts.join("\n\n")),
    })
}

/// The opening mark at the beginning, and its length: some proxies add the duration of the thought.
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

/// The text without the role before a channel.
fn without_role(written: &str) -> &str {
    let text = written.trim_start();
    let rest = beginning(text, [ASSISTANT]).and_then(|role| text.get(role.len()..));
    let rest = rest.filter(|rest| rest.starts_with("<|channel|>"));
    rest.unwrap_or(written)
}

#[cfg(test)]
mod tests;
