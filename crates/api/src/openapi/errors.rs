//! Adds the failures of every operation, by code, so that every endpoint has all of them.

use super::codes::{self, OWN_CODES};
use super::operations;
use crate::error::{CODES, Code, example};
use crate::shares::public::protection;
use actix_web::http::StatusCode;
use std::collections::BTreeMap;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, Object, OpenApi, Ref, RefOr, ResponseBuilder, Schema, Type};

/// The media type of answers for people.
const PAGE: &str = "text/html";

/// The header that every answer has.
const REQUEST_ID: (&str, &str) = ("X-Request-Id", "Finds the request in the log.");

pub(super) fn add_to(document: &mut OpenApi) {
    let mut shared = Responses::new();
    let mut headers = BTreeMap::from([(REQUEST_ID.0.to_owned(), RefOr::T(header(REQUEST_ID.1)))]);
    for (path, item) in &mut document.paths.paths {
        for (name, meaning) in protection(path) {
            headers.insert(name.as_str().to_owned(), RefOr::T(header(meaning)));
        }
        for operation in operations(item) {
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.headers.extend(common_headers(path));
                }
            }
            add_failures(path, operation, &mut shared);
        }
    }
    let components = document.components.get_or_insert_default();
    list_codes(components.schemas.get_mut("ErrorDetail"));
    components.headers = headers;
    components.examples = examples(&shared);
    let shared = shared
        .into_iter()
        .map(|(name, shared)| (name, RefOr::T(shared.response())));
    components.responses = shared.collect();
}

/// Lists the codes with the field that has one. An `enum` would forbid those of later versions.
fn list_codes(detail: Option<&mut RefOr<Schema>>) {
    if let Some(RefOr::T(Schema::Object(detail))) = detail
        && let Some(RefOr::T(Schema::Object(code))) = detail.properties.get_mut("code")
    {
        let names: Vec<_> = CODES.iter().map(|code| code.name).collect();
        let extensions = code.extensions.get_or_insert_default();
        extensions.insert("x-extensible-enum".to_owned(), serde_json::json!(names));
    }
}

/// Identical responses are described once, for all operations.
type Responses = BTreeMap<String, SharedResponse>;

struct SharedResponse {
    status: u16,
    codes: Vec<&'static Code>,
    headers: Vec<(String, RefOr<Header>)>,
    is_page: bool,
}

/// Refers to the shared answers, and lists the codes of this operation.
fn add_failures(path: &str, operation: &mut Operation, shared: &mut Responses) {
    let mut by_status: BTreeMap<u16, Vec<&'static Code>> = BTreeMap::new();
    let codes = codes::of(path, operation);
    for code in &codes {
        by_status.entry(code.status).or_default().push(code);
    }
    let is_page = shows_a_page(operation);
    for (status, codes) in by_status {
        let prefix = match (is_page, path.starts_with("/conversations/share/")) {
            (true, _) => "Page",
            (false, true) => "Link",
            (false, false) => "",
        };
        let name = format!("{prefix}{}", name(status));
        let names: Vec<_> = codes
            .iter()
            .map(|code| format!("`{}`", code.name))
            .collect();
        let mut reference = Ref::new(format!("#/components/responses/{name}"));
        reference.description = format!("{}.", names.join(", "));
        let responses = &mut operation.responses.responses;
        responses.insert(status.to_string(), RefOr::Ref(reference));
        let shared = shared.entry(name).or_insert_with(|| SharedResponse {
            status,
            codes: Vec::new(),
            headers: common_headers(path).collect(),
            is_page,
        });
        shared.codes.extend(codes);
    }
    let names: Vec<_> = codes.iter().map(|code| code.name).collect();
    let extensions = operation.extensions.get_or_insert_default();
    extensions.insert(OWN_CODES.to_owned(), serde_json::json!(names));
}

/// The headers of every answer of an address.
fn common_headers(path: &str) -> impl Iterator<Item = (String, RefOr<Header>)> {
    let names = protection(path).map(|(name, _)| name.as_str().to_owned());
    let names = names.chain([REQUEST_ID.0.to_owned()]);
    names.map(|name| {
        let reference = Ref::new(format!("#/components/headers/{name}"));
        (name, RefOr::Ref(reference))
    })
}

/// The examples of codes that operations list; others would be unused.
fn examples(shared: &Responses) -> BTreeMap<String, RefOr<Example>> {
    let is_shared = |code: &&&Code| shared.values().any(|shared| shared.codes.contains(code));
    let shown = |code: &Code| {
        ExampleBuilder::new()
            .summary(code.meaning)
            .value(Some(example(code)))
            .build()
    };
    let examples = CODES
        .iter()
        .filter(is_shared)
        .map(|code| (code.name.to_owned(), RefOr::T(shown(code))));
    examples.collect()
}

/// The name of a status in HTTP (RFC 9110, 15), as one word.
fn name(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok();
    let reason = reason.and_then(|status| status.canonical_reason());
    let reason = reason.unwrap_or_default();
    reason.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Whether the operation answers browsers with a page, also for failures.
fn shows_a_page(operation: &Operation) -> bool {
    let success = operation.responses.responses.get("200");
    matches!(success, Some(RefOr::T(response)) if response.content.contains_key(PAGE))
}

impl SharedResponse {
    fn response(&self) -> utoipa::openapi::Response {
        // In the order of the table, each once.
        let codes = CODES.iter().filter(|code| self.codes.contains(code));
        let meanings: Vec<_> = codes
            .clone()
            .map(|code| format!("- `{}`: {}", code.name, code.meaning))
            .collect();
        let examples = codes.map(|code| {
            let reference = Ref::new(format!("#/components/examples/{}", code.name));
            (code.name, RefOr::<Example>::Ref(reference))
        });
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("ErrorResponse")))
            .examples_from_iter(examples)
            .build();
        let response = ResponseBuilder::new()
            .description(meanings.join("\n"))
            .content("application/json", content);
        let page = Object::with_type(Type::String);
        let page = ContentBuilder::new().schema(Some(page)).build();
        let response = match self.is_page {
            true => response.content(PAGE, page),
            false => response,
        };
        let mut response = response.build();
        response.headers.extend(self.headers.iter().cloned());
        for (name, description) in own_headers(self.status) {
            response
                .headers
                .insert((*name).to_owned(), RefOr::T(header(description)));
        }
        response
    }
}

pub(super) fn header(description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(Object::with_type(Type::String)))
        .description(Some(description))
        .build()
}

/// The headers of the status that clients use.
const fn own_headers(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        401 => &[("WWW-Authenticate", "`Bearer`.")],
        409 => &[
            (
                "x-should-retry",
                "`false`: the same request cannot succeed. `true`: it can, later.",
            ),
            (
                "Retry-After",
                "Seconds to wait before trying again, if `x-should-retry` is `true`.",
            ),
        ],
        502 => &[(
            "x-should-retry",
            "`false` where the same request would fail again.",
        )],
        429 | 503 => &[("Retry-After", "Seconds to wait before trying again.")],
        _ => &[],
    }
}
