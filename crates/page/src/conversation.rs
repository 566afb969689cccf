use super::Neighbours;
use super::budget::Budget;
use super::layout::document;
use super::message::{message, moment};
use domain::conversations::Title;
use domain::shares::{Speaker, View};
use maud::{Markup, html};

/// The page of a link that is good.
#[must_use]
pub fn conversation(view: &View, around: &Neighbours) -> String {
    let title = view.title.as_ref().map(Title::as_str);
    let untitled = "Untitled conversation";
    let mut budget = Budget::of_a_page();
    let head = html! {
        @if let Some(previous) = &around.previous { link rel="prev" href=(previous); }
        @if let Some(next) = &around.next { link rel="next" href=(next); }
    };
    let body = html! {
        header.top {
            p.kind { "Shared conversation" }
            @match title {
                // In whatever language it is: we don't know.
                Some(title) => h1 lang="" dir="auto" { (title) },
                None => h1 { (untitled) },
            }
            (state(view))
        }
        main #content tabindex="-1" {
            @if around.previous.is_some() { (pages(around, "Pages, above the messages")) }
            @if view.items.is_empty() {
                p.empty { "There are no messages to show." }
            }
            @for item in &view.items { (message(item, &mut budget)) }
            @if around.previous.is_some() || around.next.is_some() {
                (pages(around, "Pages, below the messages"))
            }
        }
        (footer(view, around))
    };
    document(title.unwrap_or(untitled), &head, &body)
}

/// What a reader should know about the link before reading on.
fn state(view: &View) -> Markup {
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

fn pages(around: &Neighbours, label: &str) -> Markup {
    html! {
        nav.pages aria-label=(label) {
            @if let Some(previous) = &around.previous {
                a rel="prev" href=(previous) { span aria-hidden="true" { "←" } " Earlier messages" }
            }
            @if let Some(next) = &around.next {
                a.next rel="next" href=(next) { "Later messages " span aria-hidden="true" { "→" } }
            }
        }
    }
}

fn footer(view: &View, around: &Neighbours) -> Markup {
    let assistant = view
        .items
        .iter()
        .any(|item| item.role == Speaker::Assistant);
    html! {
        footer.bottom {
            p {
                "Somebody shared this conversation by a link; nobody has checked what it says."
                @if assistant { " The assistant is an AI model and can be wrong." }
            }
            p.formats {
                "This page as "
                a href={ "?format=md" (around.here) } rel="nofollow" { "Markdown" }
                " or "
                a href={ "?format=json" (around.here) } rel="nofollow" { "JSON" }
            }
        }
    }
}
