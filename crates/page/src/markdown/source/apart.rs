//! The parts that are set apart from a message.

use super::code;
use std::borrow::Cow;
use std::ops::Range;

/// Something that Markdown must not see.
pub(in super::super) struct SetApart<'a> {
    /// As it stands in the message.
    pub(in super::super) written: &'a str,
    pub(in super::super) what: What<'a>,
}

pub(in super::super) enum What<'a> {
    /// A formula without its delimiters.
    Formula { tex: Cow<'a, str>, display: bool },
    /// An address that is a link.
    Address(Cow<'a, str>),
}

/// The whole text, and the parts of it that Markdown takes for code.
#[derive(Clone, Copy)]
pub(super) struct TextAround<'a, 'k> {
    pub(super) content: &'a str,
    pub(super) kept: &'k [code::KeptPlace],
}

impl TextAround<'_, '_> {
    /// Whether this place is inside code, which no formula or link may use.
    pub(super) fn crosses_code(&self, place: &Range<usize>) -> bool {
        let from = self
            .kept
            .partition_point(|kept| kept.place.end <= place.start);
        let rest = self.kept.get(from..).unwrap_or_default();
        rest.iter()
            .take_while(|kept| kept.place.start < place.end)
            .any(|kept| kept.code)
    }
}
