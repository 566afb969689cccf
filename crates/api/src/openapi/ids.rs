//! Adds the pattern of ids to every id in the document. An id is recognised by its example.

use super::operations;
use super::walk::every_schema;
use serde_json::Value;
use utoipa::openapi::{Object, OpenApi, RefOr, Schema};

/// The prefixes of ids with a ULID (Crockford's base 32, 128 bits).
const PREFIXES: [&str; 8] = [
    "conv_", "item_", "proj_", "user_", "key_", "sess_", "req_", "resp_",
];

/// The names of links are secrets.
const SHARE: &str = "^(msg_)?share_[0-9A-Za-z]{22,64}$";

pub(super) fn describe(document: &mut OpenApi) {
    every_schema(document, &mut |schema| {
        if let RefOr::T(Schema::Object(object)) = schema
            && let Some(Value::String(example)) =
                object.example.clone().or(object.examples.first().cloned())
        {
            describe_one(object, &example);
        }
    });
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else {
                    continue;
                };
                // The field is private; its JSON is not.
                let written = serde_json::to_value(&*parameter).unwrap_or_default();
                let example = written.get("example").and_then(Value::as_str);
                if let (Some(RefOr::T(Schema::Object(object))), Some(example)) =
                    (&mut parameter.schema, example)
                {
                    describe_one(object, example);
                }
            }
        }
    }
}

fn describe_one(object: &mut Object, example: &str) {
    if object.pattern.is_none() {
        object.pattern = pattern(example);
    }
}

fn pattern(example: &str) -> Option<String> {
    let is_ulid = |rest: &str| rest.len() == 26;
    let ids = PREFIXES.iter();
    let prefix = ids
        .copied()
        .find(|prefix| example.strip_prefix(prefix).is_some_and(is_ulid));
    match prefix {
        Some(prefix) => Some(format!("^{prefix}[0-7][0-9A-HJKMNP-TV-Z]{{25}}$")),
        None if ["share_", "msg_share_"]
            .iter()
            .any(|p| example.starts_with(p)) =>
        {
            Some(SHARE.to_owned())
        }
        None => None,
    }
}
