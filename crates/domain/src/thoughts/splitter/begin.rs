//! How a text begins, before its first thought and between thoughts.

use super::{Frame, Marks, Splitter, SplitterState, WHITE_SPACE};
use crate::thoughts::alone::begins_sentence;
use crate::thoughts::apart::TAGS;
use crate::thoughts::channels::{self, Channels};
use crate::thoughts::marks::{
    MARKS, after_a_mark, beginning, begun, may_become, speaks, token_before, tokens,
};
use crate::thoughts::opening::{OpeningKind, OpeningMark, opening};
use crate::thoughts::words;

impl Splitter {
    /// Whether the beginning shows the kind of the text that follows.
    pub(super) fn begin(&mut self, is_over: bool) -> bool {
        let text = begun(&self.held);
        let closes = || MARKS.iter().map(|(_, close)| *close);
        let before = self.held.len() - text.len();
        let is_first = matches!(self.state, SplitterState::Before);
        let (found, may_open) = opening(text, is_over);
        if let Some(OpeningMark {
            marks,
            length,
            kind,
        }) = found
        {
            let inside = text.get(length..).unwrap_or_default();
            let speaks = speaks(inside);
            if speaks.is_none() && (inside.is_empty() || !is_over) {
                return false;
            }
            let speaks = speaks.unwrap_or_default();
            return self.open(marks, before + length, (kind, speaks));
        }
        if is_first && let Some(close) = beginning(text, closes()) {
            let rest = text.get(close.len()..).unwrap_or_default();
            // A text can begin with a sentence about the mark.
            if rest.is_empty() {
                return false;
            }
            if rest.starts_with(['\n', '\r']) || begins_sentence(rest) {
                self.state = SplitterState::Between;
                self.held = rest.to_owned();
                return true;
            }
            return self.say();
        }
        if !is_first && let Some(token) = token_before(text) {
            self.held = text.get(token.len()..).unwrap_or_default().to_owned();
            return true;
        }
        let is_channel = if is_first {
            channels::begin(text, is_over)
        } else {
            Some(false)
        };
        let (in_words, may_be_words) = if is_first {
            words::opening(text)
        } else {
            (None, false)
        };
        match (is_channel, in_words) {
            (Some(true), _) => {
                self.held = text.to_owned();
                self.state = SplitterState::Channels(Channels::default());
                return true;
            }
            (_, Some((words, length))) => {
                return self.hold(Frame::Words(words, before + length), before + length);
            }
            _ => {}
        }
        let is_long = self.held.len() > WHITE_SPACE;
        let may_close = is_first && may_become(text, closes());
        let may = text.is_empty() || may_open || may_close || may_be_words || is_channel.is_none();
        if !is_long && !is_over && (may || !is_first && may_become(text, tokens())) {
            return false;
        }
        if is_over {
            return false;
        }
        if !is_first {
            self.held = after_a_mark(&self.held).to_owned();
        }
        self.say()
    }

    /// A mark opens a thought, or a text that may be one.
    fn open(&mut self, marks: Marks, length: usize, (kind, speaks): (OpeningKind, bool)) -> bool {
        let is_tag = TAGS.contains(&marks.0);
        if kind == OpeningKind::Empty && speaks {
            return self.say();
        }
        if kind == OpeningKind::Opens && (is_tag || speaks) {
            let blank = self.held.len() - begun(&self.held).len();
            return self.hold(Frame::Marks(marks, length - blank), length);
        }
        self.marks = self.marks.or(Some(marks));
        self.held = self.held.split_off(length);
        self.state = match kind {
            OpeningKind::Empty => SplitterState::Between,
            OpeningKind::Opens => SplitterState::Within(marks.1),
        };
        true
    }
}
