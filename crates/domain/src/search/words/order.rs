//! Marks in canonical order, so that equal texts have equal words whatever the order of their marks.

use super::names::Class;
use unicode_normalization::char::canonical_combining_class;

/// Marks that follow each other, of one letter.
#[derive(Default)]
pub(super) struct OrderedMarks {
    /// The marks, with their classes of Unicode.
    all: Vec<(u8, Mark)>,
    places: Vec<usize>,
}

#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) class: Class,
    pub(super) mark: char,
}

impl OrderedMarks {
    /// The most marks that are put into order together: more are not of any language (Unicode's
    /// Stream-Safe Text Format allows 30).
    const MOST: usize = 128;

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn are_full(&self) -> bool {
        self.all.len() >= Self::MOST
    }

    /// Adds a mark. `false`: it stays where it is, and so do those before it.
    pub(super) fn add(&mut self, class: Class, mark: char, place: usize) -> bool {
        let order = canonical_combining_class(mark);
        if order != 0 {
            self.all.push((order, Mark { class, mark }));
            self.places.push(place);
        }
        order != 0
    }

    /// The marks in order. The first has the place of the one that stood first.
    pub(super) fn in_order(&mut self) -> impl Iterator<Item = (Mark, usize)> {
        // Marks of one class keep their order.
        self.all.sort_by_key(|(order, _)| *order);
        let all = self.all.drain(..).map(|(_, mark)| mark);
        all.zip(self.places.drain(..))
    }
}
