//! The text of a model after its first thoughts. More thoughts may follow, and the mark with which the
//! template ends a message may be left in it. It is read in pieces, so that a stream and a whole text
//! give the same result.

use super::apart::{Extent, Split};
use super::code::CodeMarks;
use super::ends::{find, is_quoted};
use super::marks::{beginning, may_become};
use super::tokens::{complete, held_back};

/// How many marks may turn out not to mark thoughts, or be mentioned in one, before they are text.
const MOST: usize = 64;

/// How much white space is held back, in bytes.
const WHITE_SPACE: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct TextBody {
    /// The marks around thoughts that may follow: those that the reply began with. Such a block begins a line
    /// outside of code, and is closed.
    marks: Option<(&'static str, &'static str)>,
    place: Position,
    held: String,
    /// A text that may be a thought.
    block: String,
    line: String,
    code: CodeMarks,
    failures: usize,
    has_thought: bool,
    /// Text that may be the mark of a template.
    pending: String,
    /// The last character that was shown, and the last that is visible.
    last: (Option<char>, Option<char>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Position {
    #[default]
    LineStart,
    Line,
    /// Searched for its end up to here.
    Block(usize),
    /// White space after a thought does not belong to the text.
    After {
        is_new_line: bool,
    },
}

impl TextBody {
    pub(super) fn new(marks: Option<(&'static str, &'static str)>, has_thought: bool) -> Self {
        Self {
            marks,
            has_thought,
            ..Self::default()
        }
    }

    /// All of a text. Each thought but the first has an empty line before it.
    pub(super) fn whole(mut self, text: &str, how: Extent) -> Split {
        let mut split = Split::default();
        for piece in super::apart::pieces(text) {
            split.add(self.push(piece));
        }
        split.add(self.end(how));
        split
    }

    pub(super) fn push(&mut self, next: &str) -> Split {
        self.held.push_str(next);
        let mut split = Split::default();
        while self.step(false, &mut split) {}
        split
    }

    pub(super) fn end(&mut self, how: Extent) -> Split {
        let mut split = Split::default();
        while self.step(true, &mut split) {}
        if let Position::Block(_) = self.place {
            let block = std::mem::take(&mut self.block);
            match how {
                Extent::Cut => self.think(&block, &mut split),
                Extent::Whole => self.say(&block, &mut split),
            }
        } else {
            let held = std::mem::take(&mut self.held);
            self.say(&held, &mut split);
        }
        let line = std::mem::take(&mut self.line);
        self.code.see_line(&line);
        let pending = std::mem::take(&mut self.pending);
        if !self.ends_with(&pending) {
            split.text.push_str(&pending);
        }
        split
    }

    /// Whether the held text is the mark that a template puts at the end, and not a text about it.
    fn ends_with(&self, pending: &str) -> bool {
        let (last, seen) = self.last;
        let is_after = match last {
            Some('\n') => seen.is_some_and(|seen| !":：".contains(seen)),
            Some(last) => !last.is_whitespace(),
            None => self.has_thought,
        };
        complete(pending) && is_after && !self.code.is_open()
    }

    /// Whether the held text needs another step.
    fn step(&mut self, is_over: bool, split: &mut Split) -> bool {
        match self.place {
            Position::LineStart => self.begin_line(is_over),
            Position::Line => self.go_on(split),
            Position::Block(searched) => self.close(searched, is_over, split),
            Position::After { is_new_line } => self.skip(is_new_line),
        }
    }

    fn begin_line(&mut self, is_over: bool) -> bool {
        if self.held.is_empty() {
            return false;
        }
        let text = self.held.trim_start_matches(' ');
        let indent = self.held.len() - text.len();
        let is_text = self.code.is_open() || self.failures > MOST || indent > 3;
        if let Some((open, _)) = self.marks.filter(|_| !is_text) {
            if beginning(text, [open]).is_some() {
                self.place = Position::Block(indent + open.len());
                return true;
            }
            if !is_over && may_become(text, [open]) {
                return false;
            }
        }
        self.place = Position::Line;
        true
    }

    fn go_on(&mut self, split: &mut Split) -> bool {
        let end = self.held.find('\n').map(|at| at + 1);
        let rest = self.held.split_off(end.unwrap_or(self.held.len()));
        let text = std::mem::replace(&mut self.held, rest);
        self.say(&text, split);
        if end.is_some() {
            let line = std::mem::take(&mut self.line);
            self.code.see_line(&line);
            self.place = Position::LineStart;
        }
        end.is_some()
    }

    /// Looks for the end of a thought.
    fn close(&mut self, searched: usize, is_over: bool, split: &mut Split) -> bool {
        self.block.push_str(&std::mem::take(&mut self.held));
        let Some((_, close)) = self.marks else {
            return false;
        };
        let Some(at) = find(&self.block, close, searched) else {
            let keep = (self.block.len() + 1).saturating_sub(close.len());
            self.place = Position::Block(keep.max(searched));
            return false;
        };
        let end = at + close.len();
        let after = self.block.get(end..).unwrap_or_default();
        if !is_over && after.chars().nth(1).is_none() && !after.starts_with('\n') {
            self.place = Position::Block(at);
            return false;
        }
        // A sentence continues after the mark: it speaks of it.
        let mut next = after.chars();
        let goes_on = next.next() == Some(' ') && next.next().is_some_and(|c| !c.is_whitespace());
        let is_line = self.block.get(..at).is_some_and(|it| !it.contains('\n'));
        if is_quoted(&self.block, at, close.len()) && self.failures <= MOST {
            self.failures += 1;
            self.place = Position::Block(end);
            return true;
        }
        self.held = self.block.split_off(end);
        let block = std::mem::take(&mut self.block);
        if is_line && goes_on {
            self.failures += 1;
            self.say(&block, split);
            self.place = Position::Line;
            return true;
        }
        let thought = block.get(..at).unwrap_or_default();
        self.think(thought, split);
        self.place = Position::After { is_new_line: false };
        true
    }

    fn skip(&mut self, mut is_new_line: bool) -> bool {
        let blank = self.held.len() - self.held.trim_start().len();
        let line = self.held.get(..blank).and_then(|blank| blank.rfind('\n'));
        is_new_line |= line.is_some();
        let taken = match (line, is_new_line) {
            (Some(end), _) => end + 1,
            (None, true) => 0,
            (None, false) => blank,
        };
        self.held = self.held.split_off(taken);
        let is_text = !self.held.trim_start().is_empty() || self.held.len() > WHITE_SPACE;
        self.place = match is_text {
            true => Position::LineStart,
            false => Position::After { is_new_line },
        };
        is_text
    }

    fn think(&mut self, block: &str, split: &mut Split) {
        let open = self.marks.map_or(0, |(open, _)| open.len());
        let thought = block.trim_start().get(open..).unwrap_or_default().trim();
        if !thought.is_empty() {
            let thoughts = split.thoughts.get_or_insert_default();
            if self.has_thought {
                thoughts.push_str("\n\n");
            }
            thoughts.push_str(thought);
            self.has_thought = true;
        }
    }

    fn say(&mut self, text: &str, split: &mut Split) {
        self.line.push_str(text);
        self.pending.push_str(text);
        let rest = self.pending.split_off(held_back(&self.pending));
        let said = std::mem::replace(&mut self.pending, rest);
        if let Some(last) = said.chars().next_back() {
            let seen = said.trim_end().chars().next_back();
            self.last = (Some(last), seen.or(self.last.1));
        }
        split.text.push_str(&said);
    }
}
