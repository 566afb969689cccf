//! Adds an example to each request and each success. It is made from the examples of the fields;
//! where an operation's answer differs from them, the operation lists the differences
//! (`x-example`). Of a stream it writes out the lines (`x-example-stream`).

use super::operations;
use super::shapes::{beside_null, target};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Array, ArrayItems, Object, SchemaType, Type};
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};

/// The extension in which an endpoint lists the differences of its answer from the fields'
/// examples.
const DIFFERENCES: &str = "x-example";

/// The extension with the lines of a stream, as the client reads them. The schema describes one
/// event of it.
const LINES: &str = "x-example-stream";

const STREAM: &str = "text/event-stream";
const JSON: &str = "application/json";
const TEXTS: [(&str, &str); 2] = [
    (
        "text/markdown",
        "# Project Planning\n\n## User\n\nLet's plan our project\n",
    ),
    (
        "text/html",
        "<!doctype html>\n<html lang=\"en\"><title>Project Planning</title>…</html>\n",
    ),
];

type Schemas = BTreeMap<String, RefOr<Schema>>;

pub(super) fn add_to(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let schemas = components.schemas.clone();
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            add_to_one(operation, &schemas);
        }
    }
}

fn add_to_one(operation: &mut Operation, schemas: &Schemas) {
    let mut taken = |name: &str| operation.extensions.as_mut()?.remove(name);
    let (all, lines) = (taken(DIFFERENCES), taken(LINES));
    let statuses = operation.responses.responses.keys().cloned();
    let differences: BTreeMap<_, _> = statuses
        .filter_map(|status| {
            let own = taken(&format!("{DIFFERENCES}-{status}"));
            Some((status, own.or(all.clone())?))
        })
        .collect();
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            add(content, None, schemas);
        }
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        for (kind, content) in &mut response.content {
            let text = TEXTS.iter().find(|(known, _)| known == kind);
            let text = text.map(|(_, text)| Value::from(*text));
            let text = text.or(lines.clone().filter(|_| kind == STREAM));
            match (text, content) {
                (Some(text), RefOr::T(content)) if content.example.is_none() => {
                    content.example = Some(text);
                }
                (None, content) if status.starts_with('2') => {
                    let differences = differences.get(status).filter(|_| kind == JSON);
                    add(content, differences, schemas);
                }
                _ => {}
            }
        }
    }
}

fn add(content: &mut RefOr<Content>, differences: Option<&Value>, schemas: &Schemas) {
    let RefOr::T(content) = content else { return };
    if content.example.is_some() || !content.examples.is_empty() {
        return;
    }
    content.example = content
        .schema
        .as_ref()
        .and_then(|schema| of(schema, schemas));
    if let (Some(example), Some(differences)) = (&mut content.example, differences) {
        merge(example, differences);
    }
}

/// Merges like a JSON merge patch (RFC 7396), except that `null` and the empty object are values,
/// and that the entries of a list are merged one by one, those beyond its end into the first.
fn merge(whole: &mut Value, differences: &Value) {
    match (whole, differences) {
        (whole, Value::Object(none)) if none.is_empty() => *whole = differences.clone(),
        (Value::Array(entries), Value::Array(differences)) => {
            let first = entries.first().cloned().unwrap_or_default();
            entries.resize(differences.len().max(entries.len()), first);
            for (entry, differences) in entries.iter_mut().zip(differences) {
                merge(entry, differences);
            }
        }
        (Value::Object(whole), Value::Object(differences)) => {
            for (name, value) in differences {
                merge(whole.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (whole, value) => *whole = value.clone(),
    }
}

/// A value made from the schema's own examples; `None` where some are missing.
fn of(schema: &RefOr<Schema>, schemas: &Schemas) -> Option<Value> {
    let schema = match schema {
        RefOr::Ref(reference) => return of(target(reference, schemas)?, schemas),
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Object(object) => of_object(object, schemas),
        Schema::Array(array) => of_array(array, schemas),
        Schema::OneOf(one_of) => {
            let shown = one_of.example.clone().or(one_of.examples.first().cloned());
            shown.or_else(|| of(beside_null(one_of)?, schemas))
        }
        _ => None,
    }
}

fn of_array(array: &Array, schemas: &Schemas) -> Option<Value> {
    let ArrayItems::RefOrSchema(items) = &array.items else {
        return None;
    };
    let shown = array.example.clone().or(array.examples.first().cloned());
    shown.or_else(|| Some(Value::from(vec![of(items, schemas)?])))
}

fn of_object(object: &Object, schemas: &Schemas) -> Option<Value> {
    let shown = object.example.clone().or(object.examples.first().cloned());
    let shown = shown.or(object.default.clone());
    let first = object
        .enum_values
        .as_ref()
        .and_then(|values| values.first().cloned());
    if let Some(shown) = shown.or(first) {
        return Some(shown);
    }
    match &object.schema_type {
        SchemaType::Array(kinds) if kinds.contains(&Type::Null) => Some(Value::Null),
        SchemaType::Type(Type::Object) => {
            let fields = object.properties.iter();
            let fields =
                fields.filter_map(|(name, field)| Some((name.clone(), of(field, schemas)?)));
            let mut fields = fields.collect::<Map<_, _>>();
            name_entries(&mut fields);
            Some(Value::Object(fields))
        }
        SchemaType::Type(Type::Boolean) => Some(Value::Bool(false)),
        _ => None,
    }
}

/// Sets the ids of the first and the last entry of a list.
fn name_entries(list: &mut Map<String, Value>) {
    let first = list.get("data").and_then(|data| data.get(0));
    let id = first.and_then(|first| first.get("id").or(first.get("share_id")).cloned());
    for name in ["first_id", "last_id"] {
        if let (Some(id), Some(field)) = (&id, list.get_mut(name)) {
            field.clone_from(id);
        }
    }
}
