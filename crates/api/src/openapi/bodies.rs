//! A body that may be absent comes out of the code as one that may be `null`, which it may not.

use super::operations;
use utoipa::openapi::schema::{OneOf, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr, Schema};

pub(super) fn simplify(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for body in operations(item).filter_map(|operation| operation.request_body.as_mut()) {
            let RefOr::T(body) = body else { continue };
            for content in body.content.values_mut() {
                let RefOr::T(content) = content else { continue };
                let Some(RefOr::T(Schema::OneOf(one_of))) = &content.schema else {
                    continue;
                };
                if let Some(schema) = without_null(one_of) {
                    content.schema = Some(schema);
                }
            }
        }
    }
}

/// The one schema beside `null`, if that is all there is.
fn without_null(one_of: &OneOf) -> Option<RefOr<Schema>> {
    let is_null = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(object)) => object.schema_type == SchemaType::Type(Type::Null),
        _ => false,
    };
    let mut rest = one_of.items.iter().filter(|schema| !is_null(schema));
    rest.next().filter(|_| rest.next().is_none()).cloned()
}
