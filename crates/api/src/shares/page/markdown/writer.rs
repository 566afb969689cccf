//! Markdown's events as HTML. Raw HTML in a message is text here; images and links that may lead
//! nowhere are shown as they were written.

use super::super::highlight;
use super::links::{Piece, allowed, pieces};
use super::{Budget, escape};
use domain::shares::Speaker;
use pulldown_cmark::{
    Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TextMergeWithOffset,
};
use std::fmt::Write as _;
use std::ops::Range;

pub(super) struct Writer<'a, 'b> {
    source: &'a str,
    speaker: Speaker,
    budget: &'b mut Budget,
    pub(super) out: String,
    /// What closes each element that is open, innermost last; empty for what was not opened.
    pub(super) open: Vec<&'static str>,
    /// How many of those are links.
    links: usize,
    /// Inside something that is shown in another way: how deep.
    skipping: usize,
    /// The text of an image or of a block of code, which is written when it ends.
    held: Option<Held>,
    pub(super) columns: Vec<Alignment>,
    pub(super) column: usize,
    /// The levels of the headings that the next one may stand below.
    pub(super) headings: Vec<HeadingLevel>,
}

struct Held {
    kind: HeldKind,
    text: String,
}

enum HeldKind {
    Image { destination: String },
    Code { language: String },
}

impl<'a, 'b> Writer<'a, 'b> {
    pub(super) fn new(source: &'a str, speaker: Speaker, budget: &'b mut Budget) -> Self {
        Self {
            source,
            speaker,
            budget,
            out: String::with_capacity(source.len() * 2),
            open: Vec::new(),
            links: 0,
            skipping: 0,
            held: None,
            columns: Vec::new(),
            column: 0,
            headings: Vec::new(),
        }
    }

    /// The HTML; `None` where it would be longer than `most` bytes.
    pub(super) fn write(mut self, most: usize) -> Option<String> {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        let parser = Parser::new_ext(self.source, options).into_offset_iter();
        for (event, place) in TextMergeWithOffset::new(parser) {
            self.event(event, place);
            if self.out.len() > most {
                return None;
            }
        }
        Some(self.out)
    }

    fn event(&mut self, event: Event<'_>, place: Range<usize>) {
        match event {
            Event::Start(_) if self.skipping > 0 => self.skipping += 1,
            Event::End(_) if self.skipping > 1 => self.skipping -= 1,
            Event::Start(tag) => self.start(tag, place),
            Event::End(_) => self.end(),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text)
                if self.held.is_some() =>
            {
                self.hold(&text);
            }
            Event::SoftBreak | Event::HardBreak if self.held.is_some() => self.hold(" "),
            _ if self.skipping > 0 => {}
            Event::Text(text) if self.links == 0 => self.running(&text),
            Event::Text(text) | Event::InlineHtml(text) => escape(&mut self.out, &text),
            // Each line of a block of raw HTML is a line of text.
            Event::Html(text) => {
                escape(&mut self.out, text.trim_end());
                self.out.push_str("<br>\n");
            }
            Event::Code(text) => {
                self.out.push_str("<code>");
                escape(&mut self.out, &text);
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
                let language = match kind {
                    CodeBlockKind::Fenced(info) => highlight::name(&info).to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.begin_to_hold(HeldKind::Code { language });
            }
            Tag::Image { dest_url, .. } if allowed(&dest_url) => {
                self.skipping = 1;
                let destination = dest_url.into_string();
                self.begin_to_hold(HeldKind::Image { destination });
            }
            Tag::Link { dest_url, .. } if allowed(&dest_url) => {
                let mut opening = String::from("<a href=\"");
                escape(&mut opening, &dest_url);
                opening.push_str("\">");
                self.element(&opening, "</a>");
                self.links += usize::from(self.open.last() == Some(&"</a>"));
            }
            Tag::Image { .. } | Tag::Link { .. } => {
                self.skipping = 1;
                self.as_written(place);
            }
            tag => self.block_or_span(tag),
        }
    }

    fn end(&mut self) {
        if self.skipping > 0 {
            self.skipping = 0;
            if let Some(held) = self.held.take() {
                self.release(held);
            }
            return;
        }
        let closing = self.open.pop().unwrap_or_default();
        self.out.push_str(closing);
        if closing == "</a>" {
            self.links = self.links.saturating_sub(1);
        }
    }

    fn begin_to_hold(&mut self, kind: HeldKind) {
        let text = String::new();
        self.held = Some(Held { kind, text });
    }

    fn hold(&mut self, text: &str) {
        if let Some(held) = &mut self.held {
            held.text.push_str(text);
        }
    }

    fn release(&mut self, Held { kind, text }: Held) {
        match kind {
            HeldKind::Code { language } => self.code(&language, &text),
            HeldKind::Image { destination } => {
                let in_link = self.links > 0;
                if !in_link {
                    self.out.push_str("<a class=\"image\" href=\"");
                    escape(&mut self.out, &destination);
                    self.out.push_str("\">");
                }
                self.out.push_str("Image: ");
                let named = !text.trim().is_empty();
                escape(&mut self.out, if named { &text } else { &destination });
                if !in_link {
                    self.out.push_str("</a>");
                }
            }
        }
    }

    fn code(&mut self, language: &str, text: &str) {
        let text = text.strip_suffix('\n').unwrap_or(text);
        self.out.push_str("<figure class=\"code\">");
        if !language.is_empty() {
            self.out.push_str("<figcaption>");
            escape(&mut self.out, language);
            self.out.push_str("</figcaption>");
        }
        self.out
            .push_str("<pre dir=\"ltr\" tabindex=\"0\" role=\"group\" aria-label=\"Code\"><code>");
        match self.budget.admits_colours(text.len()) {
            true => highlight::write(&mut self.out, language, text),
            false => escape(&mut self.out, text),
        }
        self.out.push_str("</code></pre></figure>\n");
    }

    /// Text, in which whole addresses are links.
    fn running(&mut self, text: &str) {
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => escape(&mut self.out, text),
                Piece::Address(address) => {
                    let mut escaped = String::new();
                    escape(&mut escaped, address);
                    // Writing into a string cannot fail.
                    let _ = write!(self.out, "<a href=\"{escaped}\">{escaped}</a>");
                }
            }
        }
    }

    fn as_written(&mut self, place: Range<usize>) {
        escape(&mut self.out, self.source.get(place).unwrap_or_default());
    }
}
