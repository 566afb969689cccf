use super::budget::Budget;
use super::layout::document;
use super::message::{message, moment};
use super::{PageView, Speaker};
use maud::{Markup, html};

/// The page of a link that is good.
pub(crate) fn conversation(view: &PageView) -> String {
    let title = view.title.as_deref().unwrap_or("Untitled conversation");
    let mut budget = Budget::of_a_page();
    let head = html! {
        @if let Some(previous) = &view.previous { link rel="prev" href=(previous); }
        @if let Some(next) = &view.next { link rel="next" href=(next); }
    };
    let body = html! {
        header.top {
            p.kind { "Shared conversation" }
            h1 dir="auto" { (title) }
            (state(view))
        }
        main #content tabindex="-1" {
            @if view.previous.is_some() { (pages(view, "Pages, above the messages")) }
            @if view.items.is_empty() {
                p.empty { "There are no messages to show." }
            }
            @for item in &view.items { (message(item, &mut budget)) }
            @if view.previous.is_some() || view.next.is_some() {
                (pages(view, "Pages, below the messages"))
            }
        }
        (footer(view))
    };
    document(title, &head, &body)
}

/// What a reader should know about the link before reading on.
fn state(view: &PageView) -> Markup {
    html! {
        ul.state aria-label="About this link" {
            li { @if view.live { "New messages appear here" } @else { "As it stood when it was shared" } }
            li {
                @if view.read_only { "Read only" } @else { "People who sign in may add messages" }
            }
            @if let Some(expires_at) = view.expires_at {
                li.notice { "This link expires on " (moment(expires_at)) }
            }
        }
    }
}

fn pages(view: &PageView, label: &str) -> Markup {
    html! {
        nav.pages aria-label=(label) {
            @if let Some(previous) = &view.previous {
                a rel="prev" href=(previous) { span aria-hidden="true" { "←" } " Earlier messages" }
            }
            @if let Some(next) = &view.next {
                a.next rel="next" href=(next) { "Later messages " span aria-hidden="true" { "→" } }
            }
        }
    }
}

fn footer(view: &PageView) -> Markup {
    let assistant = view
        .items
        .iter()
        .any(|item| item.speaker == Speaker::Assistant);
    html! {
        footer.bottom {
            p {
                "Somebody shared this conversation by a link; nobody has checked what it says."
                @if assistant { " The assistant is an AI model and can be wrong." }
            }
            p.formats {
                a href="?format=md" rel="nofollow" { "Markdown" }
                a href="?format=json" rel="nofollow" { "JSON" }
            }
        }
    }
}
