use super::layout::{Depth, document};
use maud::{Markup, html};

/// Why a link does not work.
#[derive(Debug)]
pub struct Failure<'a> {
    /// The HTTP status of the page.
    pub status: u16,
    /// For readers that wrote the address themselves.
    pub message: &'a str,
    /// Seconds until it is worth asking again.
    pub retry_after: Option<u64>,
    pub request_id: Option<&'a str>,
}

/// The page of a link that does not work: the reason, and advice to its reader.
#[must_use]
pub fn failure(failure: &Failure<'_>) -> String {
    let (title, text) = explain(failure.status, failure.retry_after);
    let body = html! {
        main.failure #content tabindex="-1" {
            p.kind { "Shared conversation" }
            h1 { (title) }
            p { (text) }
            p.small {
                "Error " (failure.status)
                @if failure.status == 400 { ": " (failure.message) }
                @if let Some(request_id) = failure.request_id {
                    " · Request " code { (request_id) }
                }
            }
        }
    };
    document(title, Depth::Link, &html! {}, &body)
}

fn explain(status: u16, retry_after: Option<u64>) -> (&'static str, Markup) {
    match status {
        404 => (
            "This link does not exist",
            html! {
                "No conversation is shared by this link. Please check that the address is complete: "
                "even one missing letter leads nowhere."
            },
        ),
        410 => (
            "This link is no longer available",
            html! {
                "It has expired, or its owner has ended it. You can ask them for a new link."
            },
        ),
        429 => (
            "Too many requests",
            html! {
                "Many pages were opened from your network in a short time. " (wait(retry_after))
            },
        ),
        503 => (
            "Not available right now",
            html! {
                "The conversation can't be shown at the moment. Nothing is lost. " (wait(retry_after))
            },
        ),
        400..=499 => (
            "This address is not right",
            html! {
                "The part behind the question mark in the address can't be understood. You can open "
                a href="?" { "the conversation from its beginning" } " instead."
            },
        ),
        _ => (
            "Something went wrong",
            html! {
                "This is our fault, not yours. Please try again later; the number below helps us find "
                "what happened."
            },
        ),
    }
}

/// The advice where waiting helps.
fn wait(seconds: Option<u64>) -> Markup {
    html! {
        "Please wait "
        @match seconds {
            None => "a little while",
            Some(0 | 1) => "1 second",
            Some(seconds @ ..=90) => { (seconds) " seconds" }
            Some(seconds) => { (seconds.div_ceil(60)) " minutes" }
        }
        ", then reload this page."
    }
}
