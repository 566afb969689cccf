//! Markdown's events as HTML. Raw HTML in a message is text here; images and links with
//! forbidden addresses are shown as their source.

use super::held::{OpenElement, OpenKind};
use super::lists::Numbers;
use super::options::OPTIONS;
use super::pieces::CleanPieces;
use super::source::{ReadPart, Source};
use super::surplus;
use crate::budget::PageCost;
use crate::escape::escape;
use domain::shares::Speaker;
use pulldown_cmark::{
    Alignment, CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd, TextMergeWithOffset,
};
use std::ops::Range;

pub(super) struct HtmlWriter<'a, 'b> {
    pub(super) source: &'a Source<'a>,
    speaker: Speaker,
    pub(super) budget: &'b mut PageCost,
    pub(super) out: String,
    /// The closing tag of each open element, innermost last; empty for an element that was left out.
    pub(super) open: Vec<&'static str>,
    /// How many of those are links.
    pub(super) links: usize,
    /// Where the last link begins.
    link: usize,
    /// Inside something that is shown in another way: how deep.
    pub(super) skipping: usize,
    /// The text of an image or of a block of code, which is written when it ends.
    pub(super) held: Option<OpenElement>,
    pub(super) columns: Vec<Alignment>,
    pub(super) column: usize,
    /// Where the last cell of a table ends.
    cell_end: usize,
    /// The numbers of the lists that are open.
    pub(super) numbers: Numbers,
    /// The levels of the headings that the next one may stand below.
    pub(super) headings: Vec<HeadingLevel>,
}

impl<'a, 'b> HtmlWriter<'a, 'b> {
    pub(super) fn new(source: &'a Source<'a>, speaker: Speaker, budget: &'b mut PageCost) -> Self {
        Self {
            source,
            speaker,
            budget,
            out: String::with_capacity(CleanPieces::SIZE * 2),
            open: Vec::new(),
            links: 0,
            link: 0,
            skipping: 0,
            held: None,
            columns: Vec::new(),
            column: 0,
            cell_end: 0,
            numbers: Numbers::default(),
            headings: Vec::new(),
        }
    }

    /// The clean HTML, and how many bytes were written before it was cleaned; `None` where those would be
    /// more than `most`, or a block would have too many elements.
    pub(super) fn write(mut self, most: usize) -> Option<(String, usize)> {
        let source = self.source;
        let parser = Parser::new_ext(&source.text, OPTIONS).into_offset_iter();
        let mut pieces = CleanPieces::default();
        for (event, place) in TextMergeWithOffset::new(parser) {
            self.event(event, place);
            if pieces.bytes + self.out.len() > most {
                return None;
            }
            let is_between_blocks = self.open.is_empty() && self.skipping == 0;
            if is_between_blocks && self.out.len() >= CleanPieces::SIZE {
                pieces.add(&mut self.out)?;
            }
        }
        pieces.add(&mut self.out)?;
        Some((pieces.clean, pieces.bytes))
    }

    fn event(&mut self, event: Event<'_>, place: Range<usize>) {
        match event {
            Event::Start(_) if self.skipping > 0 => self.skipping += 1,
            Event::End(_) if self.skipping > 1 => self.skipping -= 1,
            Event::Start(tag) => self.start(tag, place),
            Event::End(end) => self.end(end, place),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text)
                if self.held.is_some() =>
            {
                self.hold(&text);
            }
            Event::SoftBreak | Event::HardBreak if self.held.is_some() => self.hold(" "),
            _ if self.skipping > 0 => {}
            Event::Text(text) => self.running(&text),
            Event::InlineHtml(text) => self.plain(&text),
            // Each line of a block of raw HTML is a line of text.
            Event::Html(text) => {
                self.plain(text.trim_end());
                self.out.push_str("<br>\n");
            }
            Event::Code(text) => {
                self.out.push_str("<code>");
                self.plain(&text);
                self.out.push_str("</code>");
            }
            // People press Enter to begin a line; models break their source as Markdown does.
            Event::SoftBreak if self.speaker == Speaker::Assistant => self.out.push('\n'),
            Event::SoftBreak | Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::TaskListMarker(true) => self
                .out
                .push_str("<span class=\"task done\" role=\"img\" aria-label=\"Done\"></span>"),
            Event::TaskListMarker(false) => self
                .out
                .push_str("<span class=\"task\" role=\"img\" aria-label=\"To do\"></span>"),
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) => {
                self.as_written(place);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, place: Range<usize>) {
        match tag {
            Tag::CodeBlock(kind) => {
                self.skipping = 1;
                let info = match kind {
                    CodeBlockKind::Fenced(info) => self.source.written(&info).into_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.begin_to_hold(OpenKind::Code { info });
            }
            Tag::Image {
                dest_url, title, ..
            } => {
                self.skipping = 1;
                match self.opening("<a class=\"image\" href=\"", &dest_url, &title) {
                    Some(opening) => {
                        let destination = self.source.written(&dest_url).into_owned();
                        self.begin_to_hold(OpenKind::Image {
                            opening,
                            destination,
                        });
                    }
                    None => self.as_written(place),
                }
            }
            Tag::Link {
                dest_url, title, ..
            } => match self.opening("<a href=\"", &dest_url, &title) {
                Some(opening) => {
                    self.link = self.out.len();
                    self.element(&opening, "</a>");
                    self.links += usize::from(self.open.last() == Some(&"</a>"));
                }
                None => {
                    self.skipping = 1;
                    self.as_written(place);
                }
            },
            // One tilde means "about"; two strike out.
            Tag::Strikethrough if !self.text(&place).starts_with("~~") => {
                self.out.push('~');
                self.open.push("~");
            }
            tag => self.block_or_span(tag, &place),
        }
    }

    fn end(&mut self, end: TagEnd, place: Range<usize>) {
        if self.skipping > 0 {
            self.skipping = 0;
            if let Some(held) = self.held.take() {
                self.release(held);
            }
            return;
        }
        match end {
            TagEnd::List(_) => self.numbers.end_list(),
            TagEnd::TableCell => self.cell_end = place.end,
            TagEnd::TableRow => self.surplus_cells(place.end),
            _ => {}
        }
        // A link without words would not be seen.
        if matches!(end, TagEnd::Link) && self.out.ends_with("\">") {
            self.as_written(place.clone());
        }
        let closing = self.open.pop().unwrap_or_default();
        if closing == "</a>" {
            self.mark_bare();
        }
        self.out.push_str(closing);
        if closing == "</a>" {
            self.links = self.links.saturating_sub(1);
        }
    }

    /// Cells for which the table has no columns.
    fn surplus_cells(&mut self, row_end: usize) {
        let source = self.source;
        // A row that is too deep has no open element.
        if self.open.last() != Some(&"</tr>\n") {
            return;
        }
        for cell in surplus::cells(surplus::of(&source.text, self.cell_end, row_end)) {
            self.out.push_str("<td>");
            self.running(cell);
            self.out.push_str("</td>");
        }
    }

    /// Text, in which formulas are set and whole addresses are links.
    fn running(&mut self, text: &str) {
        let source = self.source;
        for part in source.parts(text) {
            match part {
                ReadPart::Text(text) => escape(&mut self.out, &text),
                ReadPart::Apart(apart) => self.apart(apart),
            }
        }
    }

    /// Marks a link whose text is its address, which print need not repeat.
    fn mark_bare(&mut self) {
        let written = self.out.get(self.link..).unwrap_or_default();
        let inside = written.strip_prefix("<a href=\"");
        if inside
            .and_then(|inside| inside.split_once("\">"))
            .is_some_and(|(to, text)| to == text)
        {
            self.out
                .insert_str(self.link + "<a".len(), " class=\"bare\"");
        }
    }

    fn plain(&mut self, text: &str) {
        escape(&mut self.out, &self.source.written(text));
    }

    fn text(&self, place: &Range<usize>) -> &'a str {
        self.source.text.get(place.clone()).unwrap_or_default()
    }

    fn as_written(&mut self, place: Range<usize>) {
        let text = self.text(&place);
        self.plain(text);
    }
}
