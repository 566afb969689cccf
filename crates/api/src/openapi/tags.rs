//! Adds the tags of objects: in which answers they are, and which changes depend on them.

use super::codes::OWN_CODES;
use super::errors::header;
use super::operations;
use crate::error::{Code, code};
use serde_json::{Value, json};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, OpenApi, RefOr, Required, ResponseBuilder, Type};

/// Operations that show an object with its tag, and answer 304 to a client that has it.
const SHOWN: [&str; 5] = [
    "get_conversation",
    "get_item",
    "get_project",
    "get_settings",
    "get_shared_conversation",
];

/// Operations that make an object, and answer with it and its tag.
const MADE: [&str; 5] = [
    "create_conversation",
    "create_item",
    "create_project",
    "fork_shared_conversation",
    "regenerate_item",
];

/// Operations that change an object only in the state that `If-Match` names.
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
        let changes = [
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in changes.into_iter().flatten() {
            // Where a condition is sent that it does not take.
            add_code(operation, code::INVALID_REQUEST);
        }
    }
}

/// Whether the operation is done only in the state that `If-Match` names.
pub(crate) fn is_conditional(operation: &Operation) -> bool {
    let name = operation.operation_id.as_deref();
    name.is_some_and(|name| CHANGED.contains(&name))
}

fn describe_one(operation: &mut Operation) {
    let name = operation.operation_id.clone().unwrap_or_default();
    let is_of = |names: &[&str]| names.contains(&name.as_str());
    if is_of(&SHOWN) || is_of(&MADE) || is_of(&CHANGED) {
        tell_of_tags(operation);
    }
    if is_of(&SHOWN) {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(RefOr::T(condition(
            "If-None-Match",
            "The ETag of the answer that you have, with the double quotes: if it has not changed, the answer is 304 \
             without a body.",
        )));
        let known = ResponseBuilder::new()
            .description("The client has it: `If-None-Match` names its ETag.")
            .header("ETag", tag())
            .build();
        let responses = &mut operation.responses.responses;
        responses.insert("304".to_owned(), RefOr::T(known));
    }
    if is_of(&CHANGED) {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(RefOr::T(condition(
            "If-Match",
            "The object's ETag, with the double quotes: the change is made only if the object still has it. \
             Otherwise the answer is 412 `precondition_failed`, and nothing is changed.",
        )));
        add_code(operation, code::PRECONDITION_FAILED);
    }
}

fn add_code(operation: &mut Operation, code: &Code) {
    let extensions = operation.extensions.get_or_insert_default();
    let own = extensions
        .entry(OWN_CODES.to_owned())
        .or_insert_with(|| json!([]));
    if let Value::Array(own) = own {
        own.push(json!(code.name));
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

fn condition(name: &str, description: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(text))
        .description(Some(description))
        // Swagger UI would send an example each time, and no state has its tag.
        .build()
}
