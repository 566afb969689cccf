//! The channels of gpt-oss, where its server has not read them: each message has a header, which says
//! whether it is a thought (`analysis`), something said before a call (`commentary`) or the answer (`final`).

use super::apart::{Extent, Split};
use super::marks::{beginning, may_become};

const CHANNEL: &str = "<|channel|>";
const MESSAGE: &str = "<|message|>";
const START: &str = "<|start|>";

/// The beginning of a message.
const STARTS: &[&str] = &[
    "<|start|>assistant",
    "<|channel|>analysis",
    "<|channel|>commentary",
    "<|channel|>final",
];

/// The marks at the end of a message.
const ENDS: &[&str] = &["<|end|>", "<|return|>", "<|call|>"];

/// The longest header, in bytes, and the longest white space after an end.
const HEADER: usize = 200;

/// Reads messages while they come.
#[derive(Debug, Default)]
pub(super) struct Channels {
    place: Position,
    held: String,
    /// The character before the held text.
    last: Option<char>,
    has_said: bool,
    has_thought: bool,
    /// Whether any text of the message was shown.
    has_begun: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Position {
    #[default]
    Header,
    Body {
        is_thought: bool,
        is_new: bool,
    },
    /// A message has ended.
    Between,
}

/// Whether the text begins with a message; `None` while that is not known.
pub(super) fn begin(text: &str, is_over: bool) -> Option<bool> {
    let text = super::marks::begun(text);
    let starts = || STARTS.iter().copied();
    if beginning(text, starts()).is_none() {
        return (is_over || !may_become(text, starts())).then_some(false);
    }
    let head = text.get(..HEADER.min(text.len())).unwrap_or(text);
    let is_over = is_over || text.len() >= HEADER;
    match head.contains(MESSAGE) {
        true => Some(true),
        false => is_over.then_some(false),
    }
}

/// The messages of a text that begins with one.
pub(super) fn apart(written: &str, how: Extent) -> Option<Split> {
    if !is_cut(written, how) && begin(written, true) != Some(true) {
        return None;
    }
    let mut channels = Channels::default();
    let mut split = Split::default();
    for piece in super::apart::pieces(super::marks::begun(written)) {
        split.add(channels.push(piece));
    }
    split.add(channels.end(how));
    let thoughts = split.thoughts.as_deref().and_then(super::marks::bare);
    Some(Split {
        thoughts: thoughts.map(str::to_owned),
        text: split.text,
    })
}

/// Whether the text is a header that was cut off.
pub(super) fn is_cut(text: &str, how: Extent) -> bool {
    let is_header = super::marks::begun(text).starts_with("<|");
    how == Extent::Cut && is_header && begin(text, false).is_none()
}

impl Channels {
    pub(super) fn push(&mut self, next: &str) -> Split {
        self.held.push_str(next);
        let mut split = Split::default();
        while self.step(false, &mut split) {}
        split
    }

    pub(super) fn end(&mut self, how: Extent) -> Split {
        let mut split = Split::default();
        while self.step(true, &mut split) {}
        let held = std::mem::take(&mut self.held);
        match (self.place, how) {
            // The beginning of a header is not enough.
            (Position::Header, Extent::Cut) | (Position::Between, _) => {}
            (Position::Header, Extent::Whole) => self.tell(false, &held, &mut split),
            (Position::Body { is_thought, .. }, _) => self.tell(is_thought, &held, &mut split),
        }
        split
    }

    fn step(&mut self, is_over: bool, split: &mut Split) -> bool {
        match self.place {
            Position::Header => self.read_header(),
            Position::Body { is_thought, is_new } => self.read(is_thought, is_new, is_over, split),
            Position::Between => self.go_on(is_over),
        }
    }

    fn read_header(&mut self) -> bool {
        let is_new = true;
        if let Some(at) = self.held.find(MESSAGE) {
            let header = self.held.get(..at).unwrap_or_default();
            let is_call = header.contains(" to=");
            let is_thought = is_call || header.contains("<|channel|>analysis");
            self.held = self.held.split_off(at + MESSAGE.len());
            self.place = Position::Body { is_thought, is_new };
            self.has_begun = false;
            return true;
        }
        let is_none = self.held.len() > HEADER;
        if is_none {
            let is_thought = false;
            self.place = Position::Body { is_thought, is_new };
        }
        is_none
    }

    fn read(&mut self, is_thought: bool, is_new: bool, is_over: bool, split: &mut Split) -> bool {
        if is_new {
            let text = self.held.trim_start_matches(['\n', '\r']);
            self.held = self.held.split_off(self.held.len() - text.len());
            let is_new = self.held.is_empty();
            self.place = Position::Body { is_thought, is_new };
            return !is_new;
        }
        let mut places = self.held.match_indices('<').map(|(at, _)| at);
        let found = places.find_map(|at| {
            let mark = self.mark(at, is_thought, is_over)?;
            Some((at, mark))
        });
        let Some((at, mark)) = found else {
            let held = std::mem::take(&mut self.held);
            self.tell(is_thought, &held, split);
            return false;
        };
        let rest = self.held.split_off(at);
        let before = std::mem::replace(&mut self.held, rest);
        self.tell(is_thought, &before, split);
        match mark {
            Mark::Unknown => return false,
            Mark::Start => self.place = Position::Header,
            Mark::End(length) => {
                self.held = self.held.split_off(length);
                self.place = Position::Between;
            }
        }
        true
    }

    /// The mark at this place; `None` where there is text.
    fn mark(&self, at: usize, is_thought: bool, is_over: bool) -> Option<Mark> {
        let text = self.held.get(at..)?;
        let marks = || STARTS.iter().chain(ENDS).copied();
        let Some(mark) = beginning(text, marks()) else {
            return (!is_over && may_become(text, marks())).then_some(Mark::Unknown);
        };
        let after = text.get(mark.len()..)?;
        let is_start = mark.starts_with(START) || mark.starts_with(CHANNEL);
        if after.is_empty() && !is_over {
            return Some(Mark::Unknown);
        }
        let before = self.held.get(..at).and_then(|it| it.chars().next_back());
        let is_quote = |c: Option<char>| c.is_some_and(|c| "`\"'”’“‘»«「」".contains(c));
        if is_quote(before.or(self.last.filter(|_| self.has_begun)))
            && (is_quote(after.chars().next()) || is_start)
        {
            return None;
        }
        if is_start {
            return Some(Mark::Start);
        }
        // The text may speak of the mark. After a mark that ends the message comes its end, or another
        // message.
        let next = after.trim_start();
        if is_thought || next.is_empty() && is_over {
            return Some(Mark::End(mark.len()));
        }
        let starts = || STARTS.iter().copied();
        if beginning(next, starts()).is_some() {
            return Some(Mark::End(mark.len()));
        }
        let is_known = is_over || !may_become(next, starts()) || after.len() > HEADER;
        (!is_known).then_some(Mark::Unknown)
    }

    fn go_on(&mut self, is_over: bool) -> bool {
        let begun = self.held.trim_start();
        self.held = self.held.split_off(self.held.len() - begun.len());
        let starts = || STARTS.iter().copied();
        if self.held.is_empty() {
            return false;
        }
        if beginning(&self.held, starts()).is_some() {
            self.place = Position::Header;
            return true;
        }
        if !is_over && may_become(&self.held, starts()) {
            return false;
        }
        // The answer came without a header.
        let (is_thought, is_new) = (false, true);
        self.has_begun = false;
        self.place = Position::Body { is_thought, is_new };
        true
    }

    /// Each message becomes a paragraph.
    fn tell(&mut self, is_thought: bool, words: &str, split: &mut Split) {
        let Some(last) = words.chars().next_back() else {
            return;
        };
        let Split { text, thoughts } = split;
        let (has_some, into) = match is_thought {
            true => (&mut self.has_thought, thoughts.get_or_insert_default()),
            false => (&mut self.has_said, text),
        };
        if !self.has_begun && *has_some {
            into.push_str("\n\n");
        }
        (*has_some, self.has_begun) = (true, true);
        into.push_str(words);
        self.last = Some(last);
    }
}

enum Mark {
    Start,
    /// Of this length.
    End(usize),
    Unknown,
}
