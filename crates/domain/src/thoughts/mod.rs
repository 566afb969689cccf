//! Separates a model's thoughts from its answer. Many models write their thoughts into the text,
//! between marks. Some chat templates have written the opening mark already; then only the closing
//! one comes.

mod alone;
mod apart;
mod body;
mod channels;
mod code;
mod ends;
mod marks;
mod opening;
mod splitter;
mod tokens;
mod words;

use alone::{closed_alone, left_over};
use apart::{TAGS, THINK};
use body::TextBody;
use ends::{End, end, end_of};
use marks::{after_a_mark, bare, beginning, begun, is_wrapped, speaks, unwrapped};
use opening::{OpeningKind, OpeningMark, opening};

pub use apart::{Extent, Split};
pub(crate) use marks::MARKS;
pub(crate) use splitter::Splitter;

/// How many thoughts are read.
const MOST: usize = 32;

/// Separates the thoughts from the text of a model. A text without thoughts stays the same to the byte,
/// and so does a text about the marks.
///
/// Later marks count only if the reply begins with a thought; they must begin a line outside of code, and be closed.
/// Otherwise they are text. A thought that is opened and never closed goes to the end of the reply: a stream has
/// already sent it as a thought. So there is no answer, and the failure says so. A line that begins with a sentence
/// about the mark (`<think> is a tag`) is held back until its end shows whether it is a thought. It is text if no mark
/// closes it.
pub fn apart(written: &str, how: Extent) -> Split {
    channels::apart(written, how)
        .or_else(|| leading(written, how))
        .or_else(|| in_words(written, how))
        .or_else(|| closed_alone(written).map(|apart| with_more(apart, how)))
        .unwrap_or_else(|| TextBody::new(None, false).whole(written, how))
}

/// Separates the thoughts from a text whose server has already separated others: marks that are left in
/// it, and later thoughts.
pub(crate) fn apart_again(written: &str, how: Extent) -> Split {
    let alone = || closed_alone(written).filter(|apart| apart.thoughts.is_none());
    channels::apart(written, how)
        .or_else(|| leading(written, how))
        .or_else(alone)
        .or_else(|| left_over(written))
        .unwrap_or_else(|| with_more(Split::text(written), how))
}

/// The text after a thought whose beginning has no mark.
fn with_more(apart: Split, how: Extent) -> Split {
    let has_thought = apart.thoughts.is_some();
    let mut more = TextBody::new(Some(THINK), has_thought).whole(&apart.text, how);
    let mut thoughts = apart.thoughts.unwrap_or_default();
    thoughts.push_str(&more.thoughts.take().unwrap_or_default());
    more.thoughts = Some(thoughts).filter(|thoughts| !thoughts.is_empty());
    more
}

/// A thought that words mark.
fn in_words(written: &str, how: Extent) -> Option<Split> {
    let (thought, answer) = words::apart(written)?;
    let mut apart = TextBody::new(None, true).whole(after_a_mark(answer), how);
    apart.thoughts = bare(thought).map(str::to_owned);
    Some(apart)
}

/// Thoughts that the server sent separately, without marks.
pub(crate) fn unmarked(thoughts: &str) -> Option<String> {
    if let Some(Split { text, thoughts }) = channels::apart(thoughts, Extent::Cut) {
        let all = thoughts.into_iter().chain(bare(&text).map(str::to_owned));
        let all: Vec<_> = all.collect();
        return (!all.is_empty()).then(|| all.join("\n\n"));
    }
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
pub(crate) fn united(separate: Option<String>, found: Option<String>) -> Option<String> {
    match (separate, found) {
        (Some(separate), Some(found)) if separate != found => {
            Some(format!("{separate}\n\n{found}"))
        }
        (separate, found) => separate.or(found),
    }
}

/// Separates thoughts at the beginning, each between its marks.
fn leading(written: &str, how: Extent) -> Option<Split> {
    let mut thoughts = Vec::new();
    let mut rest = written;
    let mut first = None;
    // The result before the first of the tags that may also belong to an answer.
    let mut before_tags = None;
    for _ in 0..MOST {
        let text = begun(rest);
        let Some(OpeningMark {
            marks,
            length,
            kind,
        }) = opening(text, true).0
        else {
            break;
        };
        let inside = text.get(length..)?;
        let is_tag = TAGS.contains(&marks.0);
        if is_tag && before_tags.is_none() {
            before_tags = Some((rest, thoughts.len()));
        }
        let speaks = speaks(inside).unwrap_or(inside.is_empty());
        if kind == OpeningKind::Empty {
            if speaks {
                break;
            }
            rest = inside;
            first = first.or(Some(marks));
            continue;
        }
        let (end, close) = match end_of(inside, marks.0, marks.1) {
            End::At(end) => (Some(end), marks.1),
            End::Spoken(_) if speaks => break,
            End::Spoken(end) => (Some(end), marks.1),
            // A text that continues in the same line may be about the mark.
            End::Open if is_tag || how == Extent::Whole && speaks => break,
            End::Open => sibling(inside, marks.0),
        };
        first = first.or((!is_tag).then_some(marks));
        let thought = inside.get(..end.unwrap_or(inside.len()))?;
        thoughts.extend(bare(thought));
        rest = end.map_or(Some(""), |end| inside.get(end + close.len()..))?;
    }
    // If the question asked for an answer in tags, all of the text is the answer.
    if let Some((before, count)) = before_tags
        && (rest.trim().is_empty() || is_wrapped(rest))
    {
        rest = before;
        thoughts.truncate(count);
    }
    if rest.len() == written.len() {
        return None;
    }
    let mut apart = TextBody::new(first, !thoughts.is_empty()).whole(unwrapped(rest), how);
    let mut all = thoughts.join("\n\n");
    all.push_str(&apart.thoughts.take().unwrap_or_default());
    apart.thoughts = Some(all).filter(|all| !all.is_empty());
    Some(apart)
}

/// Where a thought ends that another closing mark of its family closes: some models mix them up.
fn sibling(inside: &str, open: &str) -> (Option<usize>, &'static str) {
    let family = [
        THINK,
        ("<thinking>", "</thinking>"),
        ("<thought>", "</thought>"),
    ];
    let is_one = family.iter().any(|(of, _)| *of == open);
    let others = family.iter().filter(|(of, _)| is_one && *of != open);
    let found = others.filter_map(|(_, close)| Some((end(inside, close, true)?, *close)));
    let found = found.min();
    (
        found.map(|(at, _)| at),
        found.map_or("", |(_, close)| close),
    )
}

#[cfg(test)]
mod tests;
