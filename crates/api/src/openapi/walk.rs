//! Visits every schema of the document, parts before the whole.

use super::operations;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems};
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};

/// Passes every schema of the document to `change`.
pub(super) fn every_schema(document: &mut OpenApi, change: &mut dyn FnMut(&mut RefOr<Schema>)) {
    if let Some(components) = &mut document.components {
        for schema in components.schemas.values_mut() {
            below(schema, change);
        }
    }
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    parameter
                        .schema
                        .iter_mut()
                        .for_each(|schema| below(schema, change));
                }
            }
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                contents(body.content.values_mut(), change);
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    contents(response.content.values_mut(), change);
                }
            }
        }
    }
}

fn contents<'a>(
    contents: impl Iterator<Item = &'a mut RefOr<Content>>,
    change: &mut dyn FnMut(&mut RefOr<Schema>),
) {
    for content in contents {
        if let RefOr::T(content) = content {
            content
                .schema
                .iter_mut()
                .for_each(|schema| below(schema, change));
        }
    }
}

fn below(schema: &mut RefOr<Schema>, change: &mut dyn FnMut(&mut RefOr<Schema>)) {
    if let RefOr::T(whole) = schema {
        match whole {
            Schema::Object(object) => {
                object
                    .properties
                    .values_mut()
                    .for_each(|part| below(part, change));
                if let Some(AdditionalProperties::RefOr(value)) =
                    object.additional_properties.as_deref_mut()
                {
                    below(value, change);
                }
            }
            Schema::Array(array) => {
                if let ArrayItems::RefOrSchema(items) = &mut array.items {
                    below(items, change);
                }
            }
            Schema::OneOf(parts) => parts.items.iter_mut().for_each(|part| below(part, change)),
            Schema::AllOf(parts) => parts.items.iter_mut().for_each(|part| below(part, change)),
            Schema::AnyOf(parts) => parts.items.iter_mut().for_each(|part| below(part, change)),
            _ => {}
        }
    }
    change(schema);
}
