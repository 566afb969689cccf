//! Adds the tags of objects: in which answers they are, and which changes depend on them.

use super::codes::OWN_CODES;
use super::errors::header;
use super::operations;
use crate::error::code;
use serde_json::{Value, json};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, OpenApi, RefOr, Required, ResponseBuilder, Type};

/// What shows an object with its tag, and answers 304 to a client that has it.
const SHOWN: [&str; 5] = [
    "get_conversation",
    "get_item",
    "get_project",
    "get_settings",
    "get_shared_conversation",
];

/// What makes an object, and answers with it and its tag.
const MADE: [&str; 5] = [
    "create_conversation",
    "create_item",
    "create_project",
    "fork_shared_conversation",
    "regenerate_item",
];

/// What changes an object only in the state that `If-Match` names.
const CHANGED: [&str; 8] = [
    "delete_conversation",
    "delete_item",
    "delete_project",
    "edit_item",
    "restore_item_version",
    "update_conversation",
    "update_project",
    "update_settings",
];

pub(super) fn describe(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            describe_one(operation);
        }
    }
}

fn describe_one(operation: &mut Operation) {
    let name = operation.operation_id.clone().unwrap_or_default();
    let is_of = |names: &[&str]| names.contains(&name.as_str());
    if is_of(&SHOWN) || is_of(&MADE) || is_of(&CHANGED) {
        tell_of_tags(operation);
    }
    if is_of(&SHOWN) {
        let known = ResponseBuilder::new()
            .description("The client has it: `If-None-Match` names its ETag.")
            .header("ETag", tag())
            .build();
        let responses = &mut operation.responses.responses;
        responses.insert("304".to_owned(), RefOr::T(known));
    }
    if is_of(&CHANGED) {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(RefOr::T(expected()));
        let extensions = operation.extensions.get_or_insert_default();
        let own = extensions
            .entry(OWN_CODES.to_owned())
            .or_insert_with(|| json!([]));
        if let Value::Array(own) = own {
            own.push(json!(code::PRECONDITION_FAILED.name));
        }
    }
}

/// Successes with an object in them.
fn tell_of_tags(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2') && status != "204", response) {
            response.headers.insert("ETag".to_owned(), RefOr::T(tag()));
        }
    }
}

fn tag() -> utoipa::openapi::header::Header {
    header("Names the state of the object: for `If-Match` and `If-None-Match`.")
}

fn expected() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new()
        .name("If-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(text))
        .description(Some(
            "The ETag of an answer with the object, in its double quotes: the change is made only if it is \
             still in that state. Otherwise it is 412 `precondition_failed`, and nothing is changed.",
        ))
        // Swagger UI would send an example each time, and no state has its tag.
        .build()
}
