use super::layout::document;
use actix_web::http::StatusCode;
use maud::html;

/// The page of a link that shows nothing: what happened, and what its reader can do.
pub(crate) fn failure(status: StatusCode, message: &str, request_id: Option<&str>) -> String {
    let (title, text) = explain(status, message);
    let body = html! {
        main.failure #content tabindex="-1" {
            p.kind { "Shared conversation" }
            h1 { (title) }
            p { (text) }
            p.small {
                "Error " (status.as_u16())
                @if let Some(request_id) = request_id { " · Request " code { (request_id) } }
            }
        }
    };
    document(title, &html! {}, &body)
}

fn explain(status: StatusCode, message: &str) -> (&'static str, &str) {
    match status {
        StatusCode::NOT_FOUND => (
            "There is nothing here",
            "No conversation is shared by this link. Please check that the address is complete: even \
             one missing letter leads nowhere.",
        ),
        StatusCode::GONE => (
            "This link has ended",
            "It has expired, or the person who shared the conversation has taken it back. You can ask \
             them for a new link.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many requests",
            "Many pages were opened from your network in a short time. Please wait a minute, then \
             reload this page.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "Not available right now",
            "The conversation can't be read at the moment. Nothing is lost; please reload this page in \
             a little while.",
        ),
        status if status.is_client_error() => ("This address is not right", message),
        _ => (
            "Something went wrong",
            "This is our fault, not yours. Please try again later; the number below helps us find what \
             happened.",
        ),
    }
}
