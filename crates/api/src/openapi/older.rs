//! The document in OpenAPI 3.0, for tools that do not support 3.1. It has the same content as far
//! as 3.0 allows.

use super::shapes::SCHEMAS;
use serde_json::{Map, Value, json};

/// Fields whose values are data of clients, not parts of the description.
const VALUES: [&str; 5] = ["default", "enum", "example", "value", "required"];

/// Keywords that 3.0 does not have.
const UNKNOWN: [&str; 3] = ["contentMediaType", "contentSchema", "propertyNames"];

/// Converts the document to OpenAPI 3.0.3.
#[must_use]
pub fn rendering(mut document: Value) -> Value {
    rewrite(&mut document);
    let schemas = document.pointer("/components/schemas").cloned();
    write_out_nullable(&mut document, &schemas.unwrap_or_default());
    drop_unused(&mut document);
    if let Some(document) = document.as_object_mut() {
        document.insert("openapi".to_owned(), json!("3.0.3"));
    }
    if let Some(licence) = document
        .pointer_mut("/info/license")
        .and_then(Value::as_object_mut)
    {
        licence.remove("identifier");
        let url = "https://www.apache.org/licenses/LICENSE-2.0";
        licence.insert("url".to_owned(), json!(url));
    }
    document
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(rewrite),
        Value::Object(object) => {
            for (name, part) in object.iter_mut() {
                if !VALUES.contains(&name.as_str()) && !name.starts_with("x-") {
                    rewrite(part);
                }
            }
            one_type(object);
            no_union_with_null(object);
            one_example(object);
            one_media_type(object);
            for name in UNKNOWN {
                object.remove(name);
            }
            refer_alone(object);
        }
        _ => {}
    }
}

/// `"type": ["string", "null"]` is a nullable string.
fn one_type(object: &mut Map<String, Value>) {
    let Some(Value::Array(kinds)) = object.get("type") else {
        return;
    };
    let kind = kinds.iter().find(|kind| *kind != "null").cloned();
    if let Some(kind) = kind {
        object.insert("type".to_owned(), kind);
        object.insert("nullable".to_owned(), json!(true));
    }
}

/// `oneOf` a schema and `null` is that schema, nullable.
fn no_union_with_null(object: &mut Map<String, Value>) {
    let Some(Value::Array(parts)) = object.get("oneOf") else {
        return;
    };
    let is_null = |part: &Value| part["type"] == "null";
    let rest: Vec<_> = parts
        .iter()
        .filter(|part| !is_null(part))
        .cloned()
        .collect();
    if rest.len() < parts.len() {
        object.remove("oneOf");
        object.insert("allOf".to_owned(), Value::Array(rest));
        object.insert("nullable".to_owned(), json!(true));
    }
}

/// In 3.0, `nullable` counts only beside a `type`, so a nullable reference is written out.
fn write_out_nullable(value: &mut Value, schemas: &Value) {
    match value {
        Value::Array(values) => {
            for value in values {
                write_out_nullable(value, schemas);
            }
        }
        Value::Object(object) => {
            if object.contains_key("nullable")
                && let Some(target) = only_reference(object, schemas)
            {
                object.remove("allOf");
                for (name, part) in target {
                    object.entry(name).or_insert(part);
                }
            }
            for part in object.values_mut() {
                write_out_nullable(part, schemas);
            }
        }
        _ => {}
    }
}

/// The schema that an `allOf` with one reference refers to.
fn only_reference(object: &Map<String, Value>, schemas: &Value) -> Option<Map<String, Value>> {
    let [part] = object.get("allOf")?.as_array()?.as_slice() else {
        return None;
    };
    let name = part["$ref"].as_str()?.strip_prefix(SCHEMAS)?;
    schemas[name].as_object().cloned()
}

/// Removes unused schemas, such as those of the other media types.
fn drop_unused(document: &mut Value) {
    let text = document.to_string();
    let schemas = document.pointer_mut("/components/schemas");
    if let Some(Value::Object(schemas)) = schemas {
        schemas.retain(|name, _| text.contains(&format!("\"{SCHEMAS}{name}\"")));
    }
}

/// In 3.0, a schema has only one example.
fn one_example(object: &mut Map<String, Value>) {
    let Some(Value::Array(examples)) = object.get("examples") else {
        return;
    };
    let first = examples.first().cloned().unwrap_or_default();
    object.remove("examples");
    object.entry("example").or_insert(first);
}

/// Tools for 3.0 support one media type per answer; the other types have their own addresses.
fn one_media_type(object: &mut Map<String, Value>) {
    let Some(Value::Object(content)) = object.get_mut("content") else {
        return;
    };
    if content.contains_key("application/json") {
        content.retain(|kind, _| kind == "application/json");
    }
}

/// In 3.0, fields beside a reference are ignored; a union with one member keeps them.
fn refer_alone(object: &mut Map<String, Value>) {
    let Some(reference) = object.get("$ref").cloned() else {
        return;
    };
    let is_schema = reference
        .as_str()
        .is_some_and(|to| to.contains("/schemas/"));
    let description = object.get("description").cloned();
    object.clear();
    match description.filter(|_| is_schema) {
        Some(description) => {
            object.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            object.insert("description".to_owned(), description);
        }
        None => {
            object.insert("$ref".to_owned(), reference);
        }
    }
}
