use super::budget::PageCost;
use super::contents::contents;
use super::layout::{Depth, document};
use super::message::{day, message, moment};
use super::pages::{pages, standing};
use super::preview::preview;
use super::{Neighbours, PageContext, PageLink};
use domain::shares::{Speaker, View};
use domain::title::Title;
use maud::{Markup, html};

/// The page of a link that is good.
#[must_use]
pub fn conversation(view: &View, around: &PageContext) -> String {
    let PageContext {
        neighbours, link, ..
    } = around;
    let title = view.title.as_ref().map(Title::as_str);
    let named = title.unwrap_or("Untitled conversation");
    let head = html! {
        (preview(named, view, link))
        @if let Some(previous) = &neighbours.previous { link rel="prev" href=(previous); }
        @if let Some(next) = &neighbours.next { link rel="next" href=(next); }
    };
    let body = html! {
        header.top {
            p.kind { @if link.of_message { "Shared message" } @else { "Shared conversation" } }
            @match title {
                // In whatever language it is: we don't know.
                Some(title) => h1 lang="" dir="auto" { (title) },
                None => h1 { (named) },
            }
            (state(view, link))
        }
        main #content tabindex="-1" {
            (messages(view, around))
            (go_on(view, link))
        }
        (footer(view, neighbours))
    };
    let title = match &around.standing {
        Some(here) => format!("{named} ({})", standing(here)),
        None => named.to_owned(),
    };
    document(&title, Depth::Link, &head, &body)
}

/// A note about the link, for readers before they read on.
fn state(view: &View, link: &PageLink) -> Markup {
    html! {
        ul.state aria-label="About this link" {
            li {
                @match link.made_at {
                    _ if view.live => "New messages appear here",
                    Some(made_at) if link.of_message => { "Shared on " (day(made_at)) }
                    Some(made_at) => { "Snapshot of " (day(made_at)) }
                    None => "Snapshot",
                }
            }
            li {
                @if view.read_only { "Read only" } @else { "People who sign in may add messages" }
            }
            @if let Some(expires_at) = view.expires_at {
                li.notice { "This link expires on " (moment(expires_at)) }
            }
        }
    }
}

fn messages(view: &View, around: &PageContext) -> Markup {
    let (near, here) = (&around.neighbours, around.standing.as_ref());
    let mut budget = PageCost::of_a_page();
    let mut last_day = None;
    html! {
        @if near.previous.is_some() { (pages(near, here, "Pages, above the messages")) }
        (contents(&view.items))
        @if view.items.is_empty() {
            p.empty { "There are no messages to show." }
        }
        @for item in &view.items {
            @let date = item.created_at.date_naive();
            @if last_day.replace(date) != Some(date) { p.day { (day(item.created_at)) } }
            (message(item, &mut budget))
        }
        @if near.previous.is_some() || near.next.is_some() {
            (pages(near, here, "Pages, below the messages"))
        }
    }
}

/// The way to a program in which the conversation can continue.
fn go_on(view: &View, link: &PageLink) -> Markup {
    html! {
        @if let Some(address) = &link.continue_url {
            p.go-on {
                a href=(address) rel="noopener noreferrer nofollow" {
                    @if view.read_only { "Continue this conversation" } @else { "Add to this conversation" }
                }
            }
        }
    }
}

fn footer(view: &View, around: &Neighbours) -> Markup {
    let mut items = view.items.iter();
    html! {
        footer.bottom {
            p {
                "Shared by its owner."
                @if items.any(|item| item.role == Speaker::Assistant) { " AI answers can be wrong." }
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
