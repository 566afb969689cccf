mod begin;

use super::apart::{Extent, Split, TAGS, THINK};
use super::body::TextBody;
use super::channels::{self, Channels};
use super::ends::{end, find, is_a_word, is_quoted};
use super::marks::{after_a_mark, begun, is_wrapped, may_wrap};
use super::opening::opening;
use super::words::ThoughtWords;

type Marks = (&'static str, &'static str);

/// How many mentioned marks are passed by.
const MOST: usize = 64;

/// How much white space may precede a mark, in bytes.
const WHITE_SPACE: usize = 1024;

/// Separates thoughts from text while they are being written. A closing mark that comes alone turns
/// text that was shown already into a thought. A passage that may turn out to be text is never
/// shown as a thought: it is held back.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    state: SplitterState,
    held: String,
    /// The marks that the reply began with.
    marks: Option<Marks>,
    has_thought: bool,
    /// How many marks the held text only mentions.
    spoken: usize,
}

#[derive(Debug, Default)]
enum SplitterState {
    #[default]
    Before,
    /// Within a thought that ends with this mark.
    Within(&'static str),
    /// Perhaps a thought, perhaps an answer that begins like one. Searched for its end up to here.
    Held(Frame, usize),
    /// A thought has ended. White space after it does not belong to the text.
    Between,
    Channels(Channels),
    Text(TextBody),
}

/// The marks or words around the text that is held back.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Marks, of this length before it.
    Marks(Marks, usize),
    Words(&'static ThoughtWords, usize),
}

/// Whether the text is a mark after which a reply was cut off.
fn is_cut(text: &str, how: Extent) -> bool {
    let is_mark = opening(begun(text), true).0.is_some();
    channels::is_cut(text, how) || how == Extent::Cut && is_mark
}

impl Splitter {
    /// Adds text, and returns the part that can be shown by now.
    pub(crate) fn push(&mut self, next: &str) -> Split {
        let mut split = Split::default();
        for piece in super::apart::pieces(next) {
            self.held.push_str(piece);
            while self.step(false, &mut split) {}
        }
        split
    }

    /// The server has sent thoughts, in their own field.
    pub(crate) fn is_after_thoughts(&mut self) {
        if matches!(self.state, SplitterState::Before) && self.held.is_empty() {
            (self.marks, self.has_thought) = (Some(THINK), true);
        }
    }

    /// The rest that was held back in case it became a mark.
    pub(crate) fn end(&mut self, how: Extent) -> Split {
        let mut split = Split::default();
        while self.step(true, &mut split) {}
        let held = std::mem::take(&mut self.held);
        match std::mem::take(&mut self.state) {
            SplitterState::Within(_) => split.thoughts.get_or_insert_default().push_str(&held),
            SplitterState::Held(Frame::Marks((open, _), length), _)
                if how == Extent::Cut && !TAGS.contains(&open) =>
            {
                let inside = begun(&held).get(length..).unwrap_or_default();
                split.thoughts.get_or_insert_default().push_str(inside);
            }
            SplitterState::Between => split.text.push_str(after_a_mark(&held)),
            SplitterState::Channels(mut channels) => split.add(channels.end(how)),
            SplitterState::Text(mut body) => split.add(body.end(how)),
            SplitterState::Before if is_cut(&held, how) => {}
            SplitterState::Held(..) | SplitterState::Before => {
                let mut body = TextBody::new(self.marks, self.has_thought);
                split.add(body.push(&held));
                split.add(body.end(how));
            }
        }
        split
    }

    /// Whether the held text needs another step.
    fn step(&mut self, is_over: bool, split: &mut Split) -> bool {
        match &mut self.state {
            SplitterState::Text(body) => {
                split.add(body.push(&std::mem::take(&mut self.held)));
                false
            }
            SplitterState::Channels(channels) => {
                split.add(channels.push(&std::mem::take(&mut self.held)));
                false
            }
            SplitterState::Within(close) => {
                let close = *close;
                self.think(close, is_over, split)
            }
            SplitterState::Held(frame, searched) => {
                let (frame, searched) = (*frame, *searched);
                self.decide(frame, searched, is_over, split)
            }
            SplitterState::Before | SplitterState::Between => self.begin(is_over),
        }
    }

    fn say(&mut self) -> bool {
        self.state = SplitterState::Text(TextBody::new(self.marks, self.has_thought));
        true
    }

    fn hold(&mut self, frame: Frame, from: usize) -> bool {
        self.state = SplitterState::Held(frame, from);
        true
    }

    /// Looks for the end of the held text, and for the text after it.
    fn decide(&mut self, frame: Frame, from: usize, is_over: bool, split: &mut Split) -> bool {
        let (begin, found) = match frame {
            Frame::Marks((_, close), length) => {
                let blank = self.held.len() - begun(&self.held).len();
                let found = find(&self.held, close, from).filter(|_| self.spoken <= MOST);
                (blank + length, found.map(|at| (at, at + close.len())))
            }
            Frame::Words(words, length) => (length, words.closing(&self.held, from)),
        };
        let Some((at, end)) = found else {
            let searched = match frame {
                Frame::Words(words, _) => words.searched(&self.held),
                Frame::Marks((_, close), _) => (self.held.len() + 1).saturating_sub(close.len()),
            };
            self.state = SplitterState::Held(frame, searched.max(from));
            return false;
        };
        let after = self.held.get(end..).unwrap_or_default();
        let next = after.trim_start();
        if let Frame::Marks(marks, _) = frame {
            let is_tag = TAGS.contains(&marks.0);
            let is_unknown = match is_tag {
                true => next.is_empty() || may_wrap(next),
                false => next.is_empty() && !after.contains('\n'),
            };
            if is_unknown && !is_over && after.len() <= WHITE_SPACE {
                self.state = SplitterState::Held(frame, at);
                return false;
            }
            if is_quoted(&self.held, at, end - at) {
                self.spoken += 1;
                self.state = SplitterState::Held(frame, end);
                return true;
            }
            let is_answer = match is_tag {
                true => next.is_empty() || is_wrapped(next),
                false => {
                    let line = self.held.get(..at).unwrap_or_default();
                    is_a_word(&self.held, at, end - at) && !line.contains('\n')
                }
            };
            if is_answer {
                return self.say();
            }
            self.marks = self.marks.or((!is_tag).then_some(marks));
        }
        let thought = self.held.get(begin..at).unwrap_or_default();
        split.thoughts.get_or_insert_default().push_str(thought);
        self.has_thought |= !thought.trim().is_empty();
        self.held = self.held.split_off(end);
        self.state = SplitterState::Between;
        true
    }

    /// Whether the thought has ended.
    fn think(&mut self, close: &str, is_over: bool, split: &mut Split) -> bool {
        let thoughts = split.thoughts.get_or_insert_default();
        if let Some(end) = end(&self.held, close, is_over) {
            let rest = self.held.split_off(end);
            self.has_thought |= !self.held.trim().is_empty();
            thoughts.push_str(&std::mem::replace(
                &mut self.held,
                rest.get(close.len()..).unwrap_or_default().to_owned(),
            ));
            self.state = SplitterState::Between;
            return true;
        }
        // Keeps the end that may be the beginning of the mark, with a quotation mark before it.
        // A quoted mark is shown.
        let lower = self.held.to_ascii_lowercase();
        let spoken = lower.rfind(close).map(|at| at + close.len());
        let spoken = spoken.filter(|end| *end < lower.len()).unwrap_or_default();
        let mut keep = lower.len().saturating_sub(close.len() + 4).max(spoken);
        while !self.held.is_char_boundary(keep) {
            keep -= 1;
        }
        let rest = self.held.split_off(keep);
        self.has_thought |= !self.held.trim().is_empty();
        thoughts.push_str(&std::mem::replace(&mut self.held, rest));
        false
    }
}
