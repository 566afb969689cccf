//! Adds the header for repeats to every operation that supports it.

use super::codes::OWN_CODES;
use super::errors::header;
use crate::error::code;
use crate::repeats::has_repeats;
use serde_json::{Value, json};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, OpenApi, RefOr, Required, Type};

pub(super) fn describe(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        if let Some(operation) = item.post.as_mut().filter(|_| has_repeats(path)) {
            describe_one(operation);
        }
    }
}

fn describe_one(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(RefOr::T(key()));
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            let replayed = header("`true`: it was done before, and this is its answer once more.");
            let name = "Idempotency-Replayed".to_owned();
            response.headers.insert(name, RefOr::T(replayed));
        }
    }
    let codes = [
        code::INVALID_VALUE,
        code::QUOTA_EXCEEDED,
        code::IDEMPOTENCY_KEY_REUSED,
        code::IDEMPOTENCY_IN_PROGRESS,
    ];
    let extensions = operation.extensions.get_or_insert_default();
    let own = extensions
        .entry(OWN_CODES.to_owned())
        .or_insert_with(|| json!([]));
    if let Value::Array(own) = own {
        own.extend(codes.map(|code| json!(code.name)));
    }
}

fn key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        // Spaces at the ends are not part of a header's value (RFC 9110, 5.5).
        .pattern(Some("^[!-~]([ -~]*[!-~])?$"))
        .build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(text))
        .description(Some(
            "A name of your own for this request, such as a UUID. Sent once more within 24 hours, with the \
             same body, the request is not done again: you get the answer it had.",
        ))
        // Swagger UI would send an example each time, and the second request would be a repeat.
        .build()
}
