//! Corrects optional bodies and parameters: the generated document describes them as nullable.

use super::operations;
use super::shapes::beside_null;
use utoipa::openapi::{OpenApi, RefOr, Schema};

pub(super) fn simplify(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                for content in body.content.values_mut() {
                    if let RefOr::T(content) = content {
                        content.schema.iter_mut().for_each(without_null);
                    }
                }
            }
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    parameter.schema.iter_mut().for_each(without_null);
                }
            }
        }
    }
}

fn without_null(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::OneOf(one_of)) = schema
        && let Some(beside) = beside_null(one_of)
    {
        *schema = beside.clone();
    }
}
