//! The page that explains all error codes, made from their table.

use super::fixed::Fixed;
use crate::error::{CODES, Code};
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get};
use maud::{DOCTYPE, Markup, html};
use std::sync::LazyLock;

static PAGE: LazyLock<Fixed> =
    LazyLock::new(|| Fixed::new("text/html; charset=utf-8", page().into_string()));

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;\
    color-scheme:light dark}h2{font-size:1rem;margin:2rem 0 .2rem}p{margin:.2rem 0}\
    h2:target{outline:2px solid;outline-offset:.4rem}";

/// The page of errors: one heading for each code, with an anchor.
#[get("/docs/errors")]
pub(crate) async fn get_errors(request: HttpRequest) -> HttpResponse {
    let mut page = PAGE.answer(&request);
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    page
}

fn page() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Errors · jan-conversations" }
                style { (STYLE) }
            }
            body {
                h1 { "Errors" }
                p {
                    "Every failure is " code { "{\"error\": {\"message\", \"type\", \"code\", \"param\", "
                    "\"request_id\", \"doc_url\"}}" } ". Programs go by " code { "code" }
                    ", people by " code { "message" } ". " code { "param" } " names the field."
                }
                @for code in CODES { (section(code)) }
                p { a href="/docs/" { "All operations" } }
            }
        }
    }
}

fn section(code: &Code) -> Markup {
    html! {
        h2 id=(code.name) { code { (code.name) } }
        p { "Status " (code.status) ", type " code { (code.kind) } "." }
        p { (code.meaning) }
        p { (advice(code)) }
    }
}

/// The advice for a code, by its status.
fn advice(code: &Code) -> &'static str {
    match code.status {
        400 | 413 | 415 => "Change the request as the message says; the same one fails again.",
        401 => "Send a good credential; the message says how to get one.",
        403 => "Another caller may, or the operator can allow it.",
        404 | 410 => "Look whether the address and the ids in it are right.",
        405 => "Use a method that the header Allow lists.",
        409 | 412 => "Look at what there is now; send it again when x-should-retry is true.",
        421 => "Use an address of this server, or let its operator allow the host (ALLOWED_HOSTS).",
        408 | 429 | 503 | 504 => "Try again, after as many seconds as Retry-After says.",
        502 => "The model provider is at fault; the message is as much as it said.",
        _ => "It is our fault. Tell the operator the request id.",
    }
}
