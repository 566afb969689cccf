//! The page that explains all error codes, made from their table.

use super::fixed::Fixed;
use crate::error::{CODES, Code};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use endpoint::get;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static PAGE: LazyLock<Fixed> =
    LazyLock::new(|| Fixed::new("text/html; charset=utf-8", page().into_string()));

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

const STYLE: &str = include_str!("errors.css");

/// The page of errors: one heading for each code, with an anchor.
#[get("/docs/errors")]
pub(crate) async fn get_errors(request: HttpRequest) -> HttpResponse {
    let mut page = PAGE.answer(&request);
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    page
}

fn page() -> Markup {
    let mut by_status: BTreeMap<u16, Vec<&Code>> = BTreeMap::new();
    for code in CODES {
        by_status.entry(code.status).or_default().push(code);
    }
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Errors · jan-conversations" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                nav.bar aria-label="Pages" {
                    a href="../" { "jan-conversations" }
                    a href="#top" { "Errors" }
                    a href="./" { "All operations" }
                }
                main {
                    h1 #top { "Errors" }
                    p {
                        "Every failure is " code { "{\"error\": {\"message\", \"type\", \"code\", "
                        "\"param\", \"request_id\", \"doc_url\"}}" } ". Programs go by " code { "code" }
                        ", people by " code { "message" } ". " code { "param" } " names the field."
                    }
                    nav.contents aria-label="Contents" {
                        @for (status, codes) in &by_status {
                            p {
                                a.status href={ "#" (status) } { (status) }
                                @for code in codes { " " a href={ "#" (code.name) } { (code.name) } }
                            }
                        }
                    }
                    @for (status, codes) in &by_status {
                        h2 id=(status) { (status) " " (reason(*status)) }
                        @for code in codes { (section(code)) }
                    }
                }
            }
        }
    }
}

/// The name of a status in HTTP.
fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    status
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default()
}

fn section(code: &Code) -> Markup {
    html! {
        section id=(code.name) {
            h3 { code { (code.name) } }
            p { (words(code.meaning)) }
            p { (words(code.advice)) }
            p.small { "Status " (code.status) ", type " code { (code.kind) } }
        }
    }
}

/// A text in which backticks mark code.
fn words(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
