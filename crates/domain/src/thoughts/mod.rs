//! What a model thinks, apart from what it says. Many models write their thoughts into the text, between
//! marks; some chat templates have opened them already, and then the closing mark comes alone.

mod code;
mod marks;
mod splitter;

use marks::{bare, beginning, end, unwrapped};

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

/// How many places are looked at where a thought could end whose beginning is not marked.
const PLACES: usize = 8;

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
    let close = close.and_then(|(_, close)| end(inside, close, true));
    bare(inside.get(..close.unwrap_or(inside.len()))?).map(str::to_owned)
}

/// Thoughts at the beginning, each between its marks.
fn leading(written: &str, how: Extent) -> Option<Apart> {
    let mut thoughts = Vec::new();
    let mut rest = written;
    let opens = || MARKS.iter().map(|(open, _)| *open);
    for _ in 0..MOST {
        let Some(open) = beginning(rest.trim_start(), opens()) else {
            break;
        };
        let inside = rest.trim_start().get(open.len()..)?;
        let (_, close) = MARKS.iter().find(|(of, _)| *of == open)?;
        match end(inside, close, true) {
            Some(end) => {
                thoughts.extend(inside.get(..end).and_then(bare));
                rest = inside.get(end + close.len()..)?;
            }
            // What goes on in the same line may speak of the mark.
            None if how == Extent::Whole && !inside.starts_with(['\n', '\r']) => break,
            None => {
                thoughts.extend(bare(inside));
                rest = "";
            }
        }
    }
    (rest.len() < written.len()).then(|| Apart {
        text: unwrapped(rest).to_owned(),
        thoughts: (!thoughts.is_empty()).then(|| thoughts.join("\n\n")),
    })
}

/// Thoughts whose beginning the chat template has written.
fn closed_alone(written: &str) -> Option<Apart> {
    // Each closing mark has one of these.
    if !["</", "[/", "◁/", "<|"]
        .iter()
        .any(|begin| written.contains(begin))
    {
        return None;
    }
    let lower = written.to_ascii_lowercase();
    let closing = MARKS
        .iter()
        .filter(|(open, _)| !open.starts_with("<|channel"));
    let mut places: Vec<_> = closing
        .filter_map(|(open, close)| {
            let mut places = lower.match_indices(close).take(PLACES);
            let (at, _) = places.find(|(at, _)| closes(written, *at, close.len()))?;
            let before = lower.get(..at)?;
            (!before.contains(open)).then_some((at, close.len()))
        })
        .collect();
    places.sort_unstable();
    let (at, length) = places.into_iter().next()?;
    let (before, after) = (written.get(..at)?, written.get(at + length..)?);
    Some(match after.trim().is_empty() {
        // Nothing was answered but this.
        true => Apart {
            text: before.trim_end().to_owned(),
            thoughts: None,
        },
        false => Apart {
            text: unwrapped(after).to_owned(),
            thoughts: bare(before).map(str::to_owned),
        },
    })
}

/// Whether the mark at this place ends a thought, and is not spoken of.
fn closes(text: &str, at: usize, length: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text
        .get(at + length..)
        .and_then(|after| after.chars().next());
    // "The tag </think> ends it."
    let is_a_word = before == Some(' ') && !matches!(after, None | Some('\n' | '\r'));
    !is_a_word && !marks::is_quoted(text, at, length) && !code::contains(text, at)
}

#[cfg(test)]
mod tests;
