//! Prepares a message before Markdown reads it, since Markdown would change some parts and does not know
//! others: formulas and whole addresses are set apart, the marks of citations are left out, and emphasis
//! is made to work beside scripts that have no spaces. No part is lost: in
//! places that are shown unchanged, such as code, the text of a part comes back.

mod addresses;
mod apart;
mod citations;
mod code;
mod cut_off;
mod dollars;
mod emphasis;
mod environments;
mod formulas;
mod letters;
mod marks;
mod names;
mod paths;
mod preparation;
mod prose;
mod segments;
mod tags;
mod tex;

pub(super) use apart::{SetApart, What};
pub(crate) use citations::without as without_citations;
pub(super) use marks::ReadPart;

use marks::Marks;
use preparation::{Preparation, PreparedText};
use std::borrow::Cow;

/// A message for Markdown, and the parts that were set apart from it.
pub(super) struct Source<'a> {
    /// With a placeholder for each thing that is set apart.
    pub(super) text: Cow<'a, str>,
    apart: Vec<SetApart<'a>>,
    marks: Option<Marks>,
}

impl<'a> Source<'a> {
    pub(super) fn read(content: &'a str) -> Self {
        let as_it_is = Self {
            text: Cow::Borrowed(content),
            apart: Vec::new(),
            marks: None,
        };
        if !content.contains([
            '$',
            '\\',
            '*',
            '_',
            '~',
            '[',
            '|',
            ':',
            citations::OPEN,
            '【',
        ]) {
            return as_it_is;
        }
        match Marks::of(content) {
            None => as_it_is,
            Some(marks) => {
                let PreparedText { text, apart, marks } = Preparation::new(content, marks).run();
                Self {
                    text: Cow::Owned(text),
                    apart,
                    marks: Some(marks),
                }
            }
        }
    }

    /// The parts of a text that Markdown has read.
    pub(super) fn parts<'t>(&'t self, text: &'t str) -> Vec<ReadPart<'t, 'a>> {
        match &self.marks {
            None => vec![ReadPart::Text(Cow::Borrowed(text))],
            Some(marks) => marks.parts(text, &self.apart),
        }
    }

    /// The original of a text that Markdown has read.
    pub(super) fn written<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.marks {
            None => Cow::Borrowed(text),
            Some(marks) => marks.written(text, &self.apart),
        }
    }
}
