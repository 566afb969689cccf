//! Links, images and blocks of code.

use super::held::{OpenElement, OpenKind};
use super::links::allowed;
use super::writer::HtmlWriter;
use crate::escape::escape;
use crate::highlight;

impl HtmlWriter<'_, '_> {
    /// The beginning of a link, where it may lead there.
    pub(super) fn opening(&self, tag: &str, destination: &str, title: &str) -> Option<String> {
        let destination = self.source.written(destination);
        if !allowed(&destination) {
            return None;
        }
        let mut opening = String::from(tag);
        escape(&mut opening, &destination);
        if !title.trim().is_empty() {
            opening.push_str("\" title=\"");
            escape(&mut opening, &self.source.written(title));
        }
        opening.push_str("\">");
        Some(opening)
    }

    pub(super) fn begin_to_hold(&mut self, kind: OpenKind) {
        let text = String::new();
        self.held = Some(OpenElement { kind, text });
    }

    pub(super) fn hold(&mut self, text: &str) {
        if let Some(held) = &mut self.held {
            held.text.push_str(text);
        }
    }

    pub(super) fn release(&mut self, OpenElement { kind, text }: OpenElement) {
        let text = self.source.written(&text);
        match kind {
            OpenKind::Code { info } => self.code(&info, &text),
            OpenKind::Image {
                opening,
                destination,
            } => {
                let in_link = self.links > 0;
                if !in_link {
                    self.out.push_str(&opening);
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

    pub(super) fn code(&mut self, info: &str, text: &str) {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let language = highlight::name(info);
        self.out.push_str("<figure class=\"code\">");
        if !info.trim().is_empty() {
            self.out.push_str("<figcaption>");
            escape(&mut self.out, info.trim());
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
}
