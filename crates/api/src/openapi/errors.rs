//! Adds every operation's failures, by code, so that no endpoint forgets one.

use super::operations;
use crate::error::{CODES, Code, code, example};
use crate::shares::public::protection;
use actix_web::http::StatusCode;
use std::collections::BTreeMap;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{
    ContentBuilder, Object, OpenApi, Ref, RefOr, Required, ResponseBuilder, Schema, Type,
};

/// The extension in which an endpoint lists its own codes; in the finished document it lists all
/// codes of the operation.
pub(super) const OWN_CODES: &str = "x-error-codes";

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
type Responses = BTreeMap<String, Shared>;

struct Shared {
    status: u16,
    codes: Vec<&'static Code>,
    headers: Vec<(String, RefOr<Header>)>,
    is_page: bool,
}

/// Refers to the shared answers, and lists the codes of this operation.
fn add_failures(path: &str, operation: &mut Operation, shared: &mut Responses) {
    let mut by_status: BTreeMap<u16, Vec<&'static Code>> = BTreeMap::new();
    let codes = codes(path, operation);
    for code in &codes {
        by_status.entry(code.status).or_default().push(code);
    }
    let is_page = shows_a_page(operation);
    for (status, codes) in by_status {
        let place = match (is_page, path.starts_with("/conversations/share/")) {
            (true, _) => "Page",
            (false, true) => "Link",
            (false, false) => "",
        };
        let name = format!("{place}{}", name(status));
        let names: Vec<_> = codes
            .iter()
            .map(|code| format!("`{}`", code.name))
            .collect();
        let mut reference = Ref::new(format!("#/components/responses/{name}"));
        reference.description = format!("{}.", names.join(", "));
        let responses = &mut operation.responses.responses;
        responses.insert(status.to_string(), RefOr::Ref(reference));
        let shared = shared.entry(name).or_insert_with(|| Shared {
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
    let told = |code: &&&Code| shared.values().any(|shared| shared.codes.contains(code));
    let shown = |code: &Code| {
        ExampleBuilder::new()
            .summary(code.meaning)
            .value(Some(example(code)))
            .build()
    };
    let examples = CODES
        .iter()
        .filter(told)
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

/// Whether the operation reads the database.
fn reads_the_database(path: &str) -> bool {
    let places = ["/v1", "/auth", "/conversations"];
    places.iter().any(|place| path.starts_with(place))
}

/// Whether an operation takes parameters in the query, and whether it needs one.
fn query_of(parameters: &[RefOr<Parameter>]) -> (bool, bool) {
    let in_query = parameters.iter().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter),
        _ => None,
    });
    let needs = in_query
        .clone()
        .any(|one| matches!(one.required, Required::True));
    (in_query.count() > 0, needs)
}

/// The codes that follow from the operation's shape, and its own codes.
fn codes(path: &str, operation: &mut Operation) -> Vec<&'static Code> {
    let own = own_codes(operation);
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let (has_query, needs_query) = query_of(parameters);
    let mut codes = vec![
        code::INVALID_ENCODING,
        code::NUL_CHARACTER,
        code::TOO_MANY_CONNECTIONS,
        code::INTERNAL_ERROR,
    ];
    if !crate::browsers::HEALTH.contains(&path) {
        codes.extend([code::ORIGIN_NOT_ALLOWED, code::HOST_NOT_ALLOWED]);
    }
    if operation.request_body.is_some() {
        codes.extend([
            code::INVALID_REQUEST,
            code::INVALID_JSON,
            code::REQUEST_TIMEOUT,
            code::BODY_TOO_LARGE,
            code::UNSUPPORTED_MEDIA_TYPE,
            code::TOO_MUCH_UNDER_WAY,
        ]);
    }
    if has_query || operation.request_body.is_some() {
        codes.extend([
            code::INVALID_TYPE,
            code::INVALID_VALUE,
            code::UNKNOWN_FIELD,
            code::DUPLICATE_FIELD,
        ]);
    }
    if needs_query || operation.request_body.is_some() {
        codes.push(code::MISSING_FIELD);
    }
    if operation.security.as_ref().is_some_and(|security| {
        security
            .iter()
            .any(|requirement| *requirement != Default::default())
    }) {
        codes.extend([
            code::TOKEN_MISSING,
            code::TOKEN_INVALID,
            code::TOKEN_EXPIRED,
            code::API_KEY_INVALID,
            code::ISSUER_UNAVAILABLE,
            code::RATE_LIMITED,
            code::SERVER_BUSY,
        ]);
    }
    codes.extend(absent(path));
    if reads_the_database(path) {
        codes.extend([
            code::SERVER_BUSY,
            code::DATABASE_UNAVAILABLE,
            code::STORAGE_FULL,
        ]);
    }
    codes.extend(
        CODES
            .iter()
            .filter(|code| own.iter().any(|name| name == code.name)),
    );
    // In the order of the table, each once.
    CODES
        .iter()
        .copied()
        .filter(|code| codes.contains(code))
        .collect()
}

/// The codes for objects that may be missing, by the ids in the path.
fn absent(path: &str) -> impl Iterator<Item = &'static Code> {
    [
        ("{conversation_id}", code::CONVERSATION_NOT_FOUND),
        ("{item_id}", code::ITEM_NOT_FOUND),
        ("{project_id}", code::PROJECT_NOT_FOUND),
        ("{share_id}", code::SHARE_NOT_FOUND),
        ("{key_id}", code::API_KEY_NOT_FOUND),
        ("{session_id}", code::SESSION_NOT_FOUND),
    ]
    .into_iter()
    .filter(move |(parameter, _)| path.contains(parameter))
    .map(|(_, code)| code)
}

/// The operation's own codes.
fn own_codes(operation: &mut Operation) -> Vec<String> {
    let extensions = operation.extensions.as_mut();
    let own = extensions.and_then(|extensions| extensions.remove(OWN_CODES));
    own.and_then(|own| serde_json::from_value(own).ok())
        .unwrap_or_default()
}

/// Whether the operation lists this code as its own.
pub(super) fn has_own_code(operation: &Operation, code: &Code) -> bool {
    let own = operation
        .extensions
        .as_ref()
        .and_then(|all| all.get(OWN_CODES));
    let own = own.and_then(serde_json::Value::as_array);
    own.is_some_and(|own| own.iter().any(|name| name == code.name))
}

impl Shared {
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
        if let Some((name, description)) = own_header(self.status) {
            response
                .headers
                .insert(name.to_owned(), RefOr::T(header(description)));
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

/// A header of the status that clients use, beside the body.
fn own_header(status: u16) -> Option<(&'static str, &'static str)> {
    match status {
        401 => Some(("WWW-Authenticate", "`Bearer`.")),
        409 => Some((
            "x-should-retry",
            "`false`: the same request cannot succeed. `true`: it can, later.",
        )),
        502 => Some((
            "x-should-retry",
            "`false` where the same request would fail again.",
        )),
        429 => Some(("Retry-After", "Seconds to wait before trying again.")),
        503 => Some(("Retry-After", "Seconds to wait before trying again.")),
        _ => None,
    }
}
