use super::layout::document;
use actix_web::http::StatusCode;
use maud::{Markup, html};

/// Why a link shows nothing.
pub(crate) struct Failure<'a> {
    pub(crate) status: StatusCode,
    /// For those who wrote the address themselves.
    pub(crate) message: &'a str,
    /// Seconds until it is worth asking again.
    pub(crate) retry_after: Option<u64>,
    pub(crate) request_id: Option<&'a str>,
}

/// The page of a link that shows nothing: what happened, and what its reader can do.
pub(crate) fn failure(failure: &Failure<'_>) -> String {
    let (title, text) = explain(failure.status, failure.retry_after);
    let body = html! {
        main.failure #content tabindex="-1" {
            p.kind { "Shared conversation" }
            h1 { (title) }
            p { (text) }
            p.small {
                "Error " (failure.status.as_u16())
                @if failure.status == StatusCode::BAD_REQUEST { ": " (failure.message) }
                @if let Some(request_id) = failure.request_id {
                    " · Request " code { (request_id) }
                }
            }
        }
    };
    document(title, &html! {}, &body)
}

fn explain(status: StatusCode, retry_after: Option<u64>) -> (&'static str, Markup) {
    match status {
        StatusCode::NOT_FOUND => (
            "There is nothing here",
            html! {
                "No conversation is shared by this link. Please check that the address is complete: "
                "even one missing letter leads nowhere."
            },
        ),
        StatusCode::GONE => (
            "This link has ended",
            html! {
                "It has expired, or the person who shared the conversation has taken it back. You can "
                "ask them for a new link."
            },
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many requests",
            html! {
                "Many pages were opened from your network in a short time. " (wait(retry_after))
            },
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "Not available right now",
            html! {
                "The conversation can't be shown at the moment. Nothing is lost. " (wait(retry_after))
            },
        ),
        status if status.is_client_error() => (
            "This address is not right",
            html! {
                "What stands behind the question mark in the address can't be understood. You can open "
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

/// What to do about what will pass.
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
