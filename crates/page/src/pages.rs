//! Where a page stands among the pages of its link, and the way to the others.

use super::{Neighbours, PageStanding};
use maud::{Markup, html};

/// Which messages a page shows, in words.
pub(super) fn standing(standing: &PageStanding) -> String {
    let PageStanding {
        first, last, total, ..
    } = standing;
    let messages = match first == last {
        true => format!("message {first} of {total}"),
        false => format!("messages {first} to {last} of {total}"),
    };
    match standing.page {
        Some((page, pages)) => format!("Page {page} of {pages}, {messages}"),
        None => messages.replacen('m', "M", 1),
    }
}

pub(super) fn pages(around: &Neighbours, here: Option<&PageStanding>, label: &str) -> Markup {
    html! {
        nav.pages aria-label=(label) {
            @if let Some(first) = &around.first {
                a.end href=(first) { span aria-hidden="true" { "⇤" } " First" }
            }
            @if let Some(previous) = &around.previous {
                a rel="prev" href=(previous) { span aria-hidden="true" { "←" } " Earlier messages" }
            }
            @if let Some(here) = here { span.place { (standing(here)) } }
            @if let Some(next) = &around.next {
                a.next rel="next" href=(next) { "Later messages " span aria-hidden="true" { "→" } }
            }
            @if let Some(last) = &around.last {
                a.end href=(last) { "Last " span aria-hidden="true" { "⇥" } }
            }
        }
    }
}
