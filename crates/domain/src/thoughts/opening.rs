//! The mark that a thought begins with.

use super::apart::THINK;
use super::marks::{MARKS, beginning, may_become};

/// The most bytes of attributes that a mark has.
const ATTRIBUTES: usize = 100;

/// A mark at the beginning of a text.
#[derive(Clone, Copy)]
pub(super) struct OpeningMark {
    pub(super) marks: (&'static str, &'static str),
    pub(super) length: usize,
    pub(super) kind: OpeningKind,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum OpeningKind {
    Opens,
    /// `<think/>`: there was no thought.
    Empty,
}

/// The mark that the text begins with, and whether more text may make it one. Some proxies write how long
/// a thought took.
pub(super) fn opening(text: &str, is_over: bool) -> (Option<OpeningMark>, bool) {
    let opens = || MARKS.iter().map(|(open, _)| *open);
    if let Some(open) = beginning(text, opens()) {
        let marks = MARKS.iter().find(|(of, _)| *of == open);
        let opening = marks.map(|marks| OpeningMark {
            marks: *marks,
            length: open.len(),
            kind: OpeningKind::Opens,
        });
        return (opening, false);
    }
    let may = !is_over && may_become(text, opens());
    let Some(tag) = beginning(text, ["<think"]).and_then(|tag| text.get(tag.len()..)) else {
        return (None, may);
    };
    if !tag.starts_with([' ', '/']) {
        return (None, may);
    }
    let Some(end) = tag.find(['>', '<', '\n']).filter(|end| *end < ATTRIBUTES) else {
        let is_long = tag.len() >= ATTRIBUTES || tag.contains(['<', '\n']);
        return (None, may || !is_over && !is_long);
    };
    let attributes = tag.get(..end).unwrap_or_default();
    let kind = match attributes.trim() {
        "/" => Some(OpeningKind::Empty),
        attributes => attributes.contains('=').then_some(OpeningKind::Opens),
    };
    let is_tag = tag.get(end..).is_some_and(|rest| rest.starts_with('>'));
    let opening = kind.filter(|_| is_tag).map(|kind| OpeningMark {
        marks: THINK,
        length: "<think".len() + end + 1,
        kind,
    });
    (opening, may)
}
