//! The codes of the failures of each operation.

use crate::error::{CODES, Code, code};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{RefOr, Required};

/// The extension in which an endpoint lists its own codes; in the finished document it lists all
/// codes of the operation.
pub(super) const OWN_CODES: &str = "x-error-codes";

/// Whether the operation reads the database.
fn reads_the_database(path: &str) -> bool {
    let prefixes = ["/v1", "/auth", "/conversations"];
    prefixes.iter().any(|prefix| path.starts_with(prefix))
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
pub(super) fn of(path: &str, operation: &mut Operation) -> Vec<&'static Code> {
    let own = own_codes(operation);
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let (has_query, needs_query) = query_of(parameters);
    let mut codes = vec![
        code::INVALID_ENCODING,
        code::NUL_CHARACTER,
        code::REQUEST_TIMEOUT,
        code::TOO_MANY_CONNECTIONS,
        code::TOO_MUCH_UNDER_WAY,
        code::INTERNAL_ERROR,
    ];
    if !crate::browsers::HEALTH.contains(&path) {
        codes.extend([code::ORIGIN_NOT_ALLOWED, code::HOST_NOT_ALLOWED]);
    }
    if operation.request_body.is_some() {
        codes.extend([
            code::INVALID_REQUEST,
            code::INVALID_JSON,
            code::BODY_TOO_LARGE,
            code::UNSUPPORTED_MEDIA_TYPE,
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
