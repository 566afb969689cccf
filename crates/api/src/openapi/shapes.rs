//! Rewrites schemas into the shape that all client generators read alike. The generated schemas are
//! right, but OpenAPI Generator loses `null` where it flattens `allOf`, and a union with `null`
//! becomes a separate type in several languages.

use super::walk::every_schema;
use std::collections::BTreeMap;
use utoipa::openapi::schema::{Object, OneOf, SchemaType, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema};

/// The prefix of references to schemas.
pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// A schema that is written out at each use: it is only a format of text, and not a type.
const TIMESTAMP: &str = "Timestamp";

type Schemas = BTreeMap<String, RefOr<Schema>>;

pub(super) fn simplify(document: &mut OpenApi) {
    let Some(components) = &mut document.components else {
        return;
    };
    let before = components.schemas.clone();
    for schema in components.schemas.values_mut() {
        if let RefOr::T(Schema::AllOf(_)) = schema
            && let Some(object) = flat(schema, &before)
        {
            *schema = RefOr::T(Schema::Object(object));
        }
    }
    let timestamp = components.schemas.remove(TIMESTAMP);
    every_schema(document, &mut |schema| {
        write_out(schema, TIMESTAMP, timestamp.as_ref());
        nullable_in_place(schema);
        describe_union(schema);
        say_what_it_always_is(schema);
        join_lines(schema);
    });
}

/// One object with the fields of all parts, in their order.
fn flat(schema: &RefOr<Schema>, all: &Schemas) -> Option<Object> {
    match schema {
        RefOr::Ref(reference) => flat(target(reference, all)?, all),
        RefOr::T(Schema::Object(object)) => Some(object.clone()),
        RefOr::T(Schema::AllOf(parts)) => {
            let mut whole = Object::new();
            for part in &parts.items {
                let part = flat(part, all)?;
                whole.properties.extend(part.properties);
                whole.required.extend(part.required);
            }
            whole.description.clone_from(&parts.description);
            Some(whole)
        }
        RefOr::T(_) => None,
    }
}

/// The schema that a reference points to.
pub(super) fn target<'a>(reference: &Ref, all: &'a Schemas) -> Option<&'a RefOr<Schema>> {
    all.get(reference.ref_location.strip_prefix(SCHEMAS)?)
}

/// Replaces a reference by its schema; the description beside the reference stays.
fn write_out(schema: &mut RefOr<Schema>, name: &str, written: Option<&RefOr<Schema>>) {
    let RefOr::Ref(reference) = schema else {
        return;
    };
    if reference.ref_location.strip_prefix(SCHEMAS) != Some(name) {
        return;
    }
    let Some(RefOr::T(Schema::Object(object))) = written else {
        return;
    };
    let mut object = object.clone();
    let said = Some(reference.description.clone());
    object.description = said.filter(|said| !said.is_empty());
    *schema = RefOr::T(Schema::Object(object));
}

/// Turns a union of `null` and an unnamed type into that type, nullable.
fn nullable_in_place(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(one_of)) = schema else {
        return;
    };
    let Some(RefOr::T(Schema::Object(object))) = beside_null(one_of) else {
        return;
    };
    let SchemaType::Type(kind) = &object.schema_type else {
        return;
    };
    let mut object = object.clone();
    object.schema_type = SchemaType::Array(vec![kind.clone(), Type::Null]);
    if let Some(values) = &mut object.enum_values {
        values.push(serde_json::Value::Null);
    }
    if one_of.description.is_some() {
        object.description.clone_from(&one_of.description);
    }
    if one_of.example.is_some() {
        object.example.clone_from(&one_of.example);
    }
    *schema = RefOr::T(Schema::Object(object));
}

/// Moves the description of a reference beside `null` to the field.
fn describe_union(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(one_of)) = schema else {
        return;
    };
    for item in &mut one_of.items {
        if let RefOr::Ref(reference) = item
            && one_of.description.is_none()
            && !reference.description.is_empty()
        {
            one_of.description = Some(std::mem::take(&mut reference.description));
        }
    }
}

/// The only schema beside `null`, if there are no others.
pub(super) fn beside_null(one_of: &OneOf) -> Option<&RefOr<Schema>> {
    let is_null = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(object)) => object.schema_type == SchemaType::Type(Type::Null),
        _ => false,
    };
    let has_null = one_of.items.iter().any(is_null);
    let mut rest = one_of.items.iter().filter(|schema| !is_null(schema));
    rest.next().filter(|_| has_null && rest.next().is_none())
}

/// Describes the field `object`, which has one possible value.
fn say_what_it_always_is(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else {
        return;
    };
    for (name, field) in &mut object.properties {
        let RefOr::T(Schema::Object(field)) = field else {
            continue;
        };
        if let (Some([serde_json::Value::String(value)]), "object") =
            (field.enum_values.as_deref(), name.as_str())
        {
            field.description = Some(format!("Always `{value}`."));
        }
    }
}

/// Joins the lines of descriptions: they come from comments, whose lines are wrapped.
fn join_lines(schema: &mut RefOr<Schema>) {
    let description = match schema {
        RefOr::T(Schema::Object(object)) => &mut object.description,
        RefOr::T(Schema::Array(array)) => &mut array.description,
        RefOr::T(Schema::OneOf(one_of)) => &mut one_of.description,
        RefOr::T(_) => return,
        RefOr::Ref(reference) => {
            reference.description = joined(&reference.description);
            return;
        }
    };
    if let Some(text) = description {
        *text = joined(text);
    }
}

fn joined(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
