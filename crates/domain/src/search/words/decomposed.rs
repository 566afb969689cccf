//! Reads the characters of decompositions.

use super::names::Class;
use super::order::Mark;
use super::reader::Reader;
use crate::search::scripts::{self, LetterKind};

impl Reader {
    /// A character of a decomposition. Marks wait for the end of all marks of their letter.
    pub(super) fn part(&mut self, class: Class, part: char, place: usize) {
        let kind = scripts::kind(part);
        if matches!(kind, LetterKind::Mark | LetterKind::Ignored) {
            if self.marks.are_full() {
                self.order_marks();
            }
            if self.marks.add(class, part, place) {
                return;
            }
        }
        self.order_marks();
        self.ordered(kind, class, part, place);
    }

    /// Reads the marks that wait.
    pub(super) fn order_marks(&mut self) {
        if self.marks.is_empty() {
            return;
        }
        let mut marks = std::mem::take(&mut self.marks);
        for (Mark { class, mark }, place) in marks.in_order() {
            self.ordered(scripts::kind(mark), class, mark, place);
        }
        self.marks = marks;
    }
}
