//! The elements that blocks and spans become.

use super::formula;
use super::source::{SetApart, What};
use super::writer::HtmlWriter;
use crate::escape::escape;
use pulldown_cmark::{Alignment, HeadingLevel, Tag};
use std::ops::Range;

/// Elements deeper than this are not opened, only their text is shown: browsers also stop at a
/// depth, and their time grows with it.
const DEEPEST: usize = 40;

impl HtmlWriter<'_, '_> {
    pub(super) fn block_or_span(&mut self, tag: Tag<'_>, place: &Range<usize>) {
        // A block has the direction of its text, and its content follows it.
        let outermost = self.open.is_empty();
        let plain = |outermost, with: &'static str, without| if outermost { with } else { without };
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => {
                self.element(plain(outermost, "<p dir=\"auto\">", "<p>"), "</p>\n");
            }
            Tag::Heading { level, .. } => self.heading(level),
            Tag::BlockQuote(_) => {
                let opening = plain(outermost, "<blockquote dir=\"auto\">", "<blockquote>");
                self.element(opening, "</blockquote>\n");
            }
            Tag::List(Some(first)) => {
                self.numbers.begin_list(Some(first));
                let opening = format!("<ol dir=\"auto\" start=\"{first}\">\n");
                self.element(&opening, "</ol>\n");
            }
            Tag::List(None) => {
                self.numbers.begin_list(None);
                self.element("<ul dir=\"auto\">\n", "</ul>\n");
            }
            Tag::Item => {
                let written = self.source.text.get(place.clone()).unwrap_or_default();
                match self.numbers.item(written) {
                    None => self.element("<li>", "</li>\n"),
                    Some(number) => self.element(&format!("<li value=\"{number}\">"), "</li>\n"),
                }
            }
            Tag::Table(columns) => {
                self.columns = columns;
                self.element(
                    "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table dir=\"auto\">\n",
                    "</tbody></table></div>\n",
                );
            }
            Tag::TableHead => {
                self.column = 0;
                self.element("<thead><tr>", "</tr></thead><tbody>\n");
            }
            Tag::TableRow => {
                self.column = 0;
                self.element("<tr>", "</tr>\n");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.element("<em>", "</em>"),
            Tag::Strong => self.element("<strong>", "</strong>"),
            Tag::Strikethrough => self.element("<del>", "</del>"),
            _ => self.element("", ""),
        }
    }

    /// Headings are renumbered without gaps, from any first level: people who listen to a page
    /// navigate by them.
    fn heading(&mut self, level: HeadingLevel) {
        self.headings.retain(|above| *above < level);
        let depth = self.headings.len().min(HEADINGS.len() - 1);
        self.headings.push(level);
        if let Some((opening, closing)) = HEADINGS.get(depth) {
            self.element(opening, closing);
        }
    }

    fn cell(&mut self) {
        let in_head = self
            .open
            .last()
            .is_some_and(|closing| closing.starts_with("</tr></thead>"));
        let (opening, closing) = match in_head {
            true => ("<th scope=\"col\"", "</th>"),
            false => ("<td", "</td>"),
        };
        let class = match self.columns.get(self.column) {
            Some(Alignment::Center) => " class=\"center\">",
            Some(Alignment::Right) => " class=\"end\">",
            _ => ">",
        };
        self.column += 1;
        self.element(&format!("{opening}{class}"), closing);
    }

    /// Writes a part that was set apart from Markdown. A link cannot stand within a link.
    pub(super) fn apart(&mut self, apart: &SetApart<'_>) {
        match &apart.what {
            What::Address(address) if self.links == 0 => {
                self.out.push_str("<a class=\"bare\" href=\"");
                escape(&mut self.out, address);
                self.out.push_str("\">");
                escape(&mut self.out, address);
                self.out.push_str("</a>");
            }
            What::Address(address) => escape(&mut self.out, address),
            What::Formula { tex, display } => self.formula(apart.written, tex, *display),
        }
    }

    fn formula(&mut self, written: &str, tex: &str, display: bool) {
        // A wide element scrolls in a separate box.
        let wide = tex.len() > 60;
        let opening = match (display, wide) {
            (true, true) => {
                "<span class=\"formula block\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\">"
            }
            (true, false) => "<span class=\"formula block\">",
            (false, true) => {
                "<span class=\"formula wide\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\">"
            }
            (false, false) => "",
        };
        let begin = self.out.len();
        self.out.push_str(opening);
        if self.budget.admits_formula(tex.len()) && formula::write(&mut self.out, tex, display) {
            self.out
                .push_str(if opening.is_empty() { "" } else { "</span>" });
            return;
        }
        self.out.truncate(begin);
        // It may not be a formula at all: without a command it is shown as text.
        let code = tex.contains('\\') || display;
        if code {
            self.out.push_str("<code class=\"formula\">");
        }
        escape(&mut self.out, written);
        if code {
            self.out.push_str("</code>");
        }
    }

    pub(super) fn element(&mut self, opening: &str, closing: &'static str) {
        if self.open.len() < DEEPEST {
            self.out.push_str(opening);
            self.open.push(closing);
        } else {
            // Paragraphs stay apart.
            self.out.push(' ');
            self.open.push("");
        }
    }
}

/// The elements of headings below a message's speaker, which has the second level.
const HEADINGS: [(&str, &str); 4] = [
    ("<h3 dir=\"auto\">", "</h3>\n"),
    ("<h4 dir=\"auto\">", "</h4>\n"),
    ("<h5 dir=\"auto\">", "</h5>\n"),
    ("<h6 dir=\"auto\">", "</h6>\n"),
];
