//! A message is read once from its beginning to its end, and written as Markdown is to read it.

use super::apart::{SetApart, TextAround, What};
use super::formulas::Formulas;
use super::marks::Marks;
use super::{addresses, citations, code, emphasis, names, paths};

pub(super) struct Preparation<'a> {
    content: &'a str,
    marks: Marks,
    out: String,
    apart: Vec<SetApart<'a>>,
    /// Whether there are citations in it.
    cites: bool,
    /// The next character that was not looked at.
    at: usize,
}

/// A message as it is prepared for Markdown.
pub(super) struct PreparedText<'a> {
    pub(super) text: String,
    pub(super) apart: Vec<SetApart<'a>>,
    pub(super) marks: Marks,
}

impl<'a> Preparation<'a> {
    pub(super) fn new(content: &'a str, marks: Marks) -> Self {
        Self {
            content,
            marks,
            out: String::with_capacity(content.len() + content.len() / 8),
            apart: Vec::new(),
            cites: content.contains([citations::OPEN]),
            at: 0,
        }
    }

    pub(super) fn run(mut self) -> PreparedText<'a> {
        let reading = code::read(self.content);
        let around = TextAround {
            content: self.content,
            kept: &reading.kept,
        };
        let mut formulas = Formulas::new(around);
        let mut later = reading.kept.iter().peekable();
        let mut changes = reading.changes.iter().peekable();
        while self.at < self.content.len() {
            while later.next_if(|kept| kept.place.end <= self.at).is_some() {}
            let next = later
                .peek()
                .map_or(self.content.len(), |kept| kept.place.start);
            if next <= self.at {
                // This place stays the same, except for changes that a table around it needs.
                let end = later
                    .next()
                    .map_or(self.content.len(), |kept| kept.place.end);
                while let Some(change) = changes.next_if(|change| change.at < end) {
                    self.copy_to(change.at);
                    change.write(&mut self.out, self.marks.point);
                }
                self.copy_to(end);
                continue;
            }
            let stop = changes.peek().map_or(next, |change| change.at.min(next));
            if stop <= self.at {
                if let Some(change) = changes.next() {
                    change.write(&mut self.out, self.marks.point);
                }
                continue;
            }
            let run = self.content.get(self.at..stop).unwrap_or_default();
            match run.find([
                '$',
                '\\',
                '*',
                '_',
                '~',
                'h',
                'H',
                '【',
                citations::OPEN,
                citations::FROM,
                citations::TO,
            ]) {
                None => self.copy_to(stop),
                Some(found) => {
                    self.copy_to(self.at + found);
                    self.special(stop, &mut formulas);
                }
            }
        }
        PreparedText {
            text: self.out,
            apart: self.apart,
            marks: self.marks,
        }
    }

    fn copy_to(&mut self, end: usize) {
        self.out
            .push_str(self.content.get(self.at..end).unwrap_or_default());
        self.at = self.at.max(end);
    }

    /// Copies a formula, an address or a mark that begins here, or only the character. Addresses end
    /// before `stop`.
    fn special(&mut self, stop: usize, formulas: &mut Formulas<'a, '_>) {
        let rest = self.content.get(self.at..).unwrap_or_default();
        let within = self.content.get(self.at..stop).unwrap_or_default();
        let before = self.content.get(..self.at).unwrap_or_default();
        if let Some((end, what)) = formulas.at(self.at) {
            self.set_apart(end, what);
        } else if let Some(length) = citations::length(rest, self.cites) {
            self.at += length;
        } else if let Some((length, address)) = addresses::at(before, within) {
            self.set_apart(self.at + length, What::Address(address));
        } else if let Some(length) = paths::length(before, within) {
            self.path(self.at + length);
        } else if let Some(name) = names::at(within) {
            let space = self.marks.space;
            self.out.extend([space, '_', '_', space]);
            self.out.push_str(name);
            self.out.extend([space, '_', '_', space]);
            self.at += name.len() + 4;
        } else if let Some(run) = emphasis::run(within) {
            let beside = emphasis::beside(self.out.chars().next_back(), run, rest);
            let (before, after) = self.marks.around(beside);
            self.out.extend(before);
            self.copy_to(self.at + run.len());
            self.out.extend(after);
        } else {
            // An escape with its character, or a character without a meaning.
            let escape = rest.starts_with('\\') && rest.len() > 1;
            let length = rest.chars().take(1 + usize::from(escape));
            self.copy_to(self.at + length.map(char::len_utf8).sum::<usize>());
        }
    }

    fn set_apart(&mut self, end: usize, what: What<'a>) {
        let written = self.content.get(self.at..end).unwrap_or_default();
        self.marks.push(&mut self.out, self.apart.len());
        self.apart.push(SetApart { written, what });
        self.at = self.at.max(end);
    }

    /// A path. Its backslashes are not escapes.
    fn path(&mut self, end: usize) {
        let path = self.content.get(self.at..end).unwrap_or_default();
        for piece in path.split_inclusive('\\') {
            self.out.push_str(piece);
            if piece.ends_with('\\') {
                self.out.push(self.marks.space);
            }
        }
        self.at = self.at.max(end);
    }
}
