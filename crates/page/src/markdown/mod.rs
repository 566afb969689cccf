//! Markdown as HTML. Three walls, each of which would do: the writer knows a few elements and escapes
//! everything else; links lead only where `links` allows; the sanitiser removes everything that is not
//! on its list.

mod elements;
mod formula;
mod held;
mod links;
mod lists;
mod mathml;
mod media;
mod options;
mod pieces;
mod sanitiser;
mod source;
mod surplus;
mod writer;

use crate::budget::PageCost;
use domain::shares::Speaker;
use maud::{Markup, PreEscaped, html};
use source::Source;
pub(super) use source::without_citations;
use writer::HtmlWriter;

/// A message's text, laid out. One that is too long, or that would become too much, is shown as it
/// was written.
pub(super) fn render(content: &str, speaker: Speaker, budget: &mut PageCost) -> Markup {
    let Some(most) = budget.admit(content) else {
        return plain(content);
    };
    let source = Source::read(content);
    let written = HtmlWriter::new(&source, speaker, budget).write(most);
    match written {
        Some((html, bytes)) => {
            budget.spend(bytes);
            PreEscaped(html)
        }
        None => {
            budget.spend(most);
            plain(content)
        }
    }
}

fn plain(content: &str) -> Markup {
    html! {
        p.aside { "This message is shown as it was written, because it is too large to lay out." }
        p.plain dir="auto" { (content) }
    }
}

#[cfg(test)]
mod tests;
