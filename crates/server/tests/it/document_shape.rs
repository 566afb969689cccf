//! The API's description has the one shape that generators of clients read alike, and its examples are true.

use crate::operations::{Operation, document, operations, resolved};
use serde_json::{Value, json};

/// Every schema of the document, with where it stands.
fn schemas() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    let all = document()["components"]["schemas"].as_object().unwrap();
    for (name, schema) in all {
        below(name, schema, &mut found);
    }
    found
}

fn below(at: &str, schema: &'static Value, found: &mut Vec<(String, &'static Value)>) {
    found.push((at.to_owned(), schema));
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        below(&format!("{at}.{name}"), field, found);
    }
    if schema.get("items").is_some() {
        below(&format!("{at}[]"), &schema["items"], found);
    }
    for part in schema["oneOf"].as_array().into_iter().flatten() {
        below(&format!("{at}|"), part, found);
    }
}

#[test]
fn every_union_is_with_null() {
    for (at, schema) in schemas() {
        for union in ["allOf", "anyOf"] {
            assert!(schema.get(union).is_none(), "{at} is an {union}");
        }
        if let Some(parts) = schema["oneOf"].as_array() {
            let nulls = parts.iter().filter(|part| part["type"] == "null").count();
            assert_eq!((nulls, parts.len()), (1, 2), "{at}");
        }
    }
}

#[test]
fn objects_have_names_of_their_own() {
    for (at, schema) in schemas() {
        let is_named = !at.contains(['.', '[', '|']);
        let has_fields = schema.get("properties").is_some();
        assert!(is_named || !has_fields, "{at} has no name");
    }
}

#[test]
fn every_field_is_described_in_one_line() {
    for (at, schema) in schemas().iter().filter(|(at, _)| at.contains('.')) {
        let is_of_a_field = !at.ends_with(['|', ']']);
        let description = schema["description"].as_str().unwrap_or_default();
        assert!(
            !is_of_a_field || !description.is_empty(),
            "{at} is not described"
        );
        let is_broken = description.replace("\n\n", "").contains('\n');
        assert!(!is_broken, "{at}: {description}");
    }
}

#[test]
fn every_id_says_what_it_looks_like() {
    for (at, schema) in schemas() {
        let example = schema["example"].as_str().unwrap_or_default();
        let prefixes = [
            "conv_", "item_", "proj_", "user_", "key_", "sess_", "share_",
        ];
        if prefixes.iter().any(|prefix| example.starts_with(prefix)) {
            let pattern = schema["pattern"].as_str().unwrap_or_default();
            assert!(
                pattern.starts_with('^') && pattern.ends_with('$'),
                "{at} has no pattern"
            );
        }
    }
}

/// progenitor stops where two parameters of an operation have one name.
#[test]
fn parameters_of_an_operation_have_names_of_their_own() {
    for Operation {
        name, described, ..
    } in operations()
    {
        let mut names = std::collections::BTreeSet::new();
        for parameter in described["parameters"].as_array().into_iter().flatten() {
            let parameter = resolved(document(), parameter);
            let own = parameter["name"].as_str().unwrap();
            assert!(names.insert(own), "{name} has two parameters {own}");
        }
    }
}

#[test]
fn only_requests_are_named_so() {
    let mut requests = std::collections::BTreeSet::new();
    for Operation {
        name, described, ..
    } in operations()
    {
        let schema = &described["requestBody"]["content"]["application/json"]["schema"];
        if let Some(reference) = schema["$ref"].as_str() {
            assert!(reference.ends_with("Request"), "{name} takes {reference}");
            requests.insert(reference.rsplit('/').next().unwrap().to_owned());
        }
    }
    let all = document()["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys();
    for schema in all.filter(|name| name.ends_with("Request")) {
        assert!(
            requests.contains(schema),
            "{schema} is not a request of any operation"
        );
    }
}

#[test]
fn every_operation_shows_its_answer() {
    for Operation {
        name, described, ..
    } in operations()
    {
        for (status, response) in described["responses"].as_object().unwrap() {
            for (kind, content) in response["content"].as_object().into_iter().flatten() {
                let shown = content.get("example").or(content.get("examples"));
                let is_success = status.starts_with('2');
                assert!(
                    !is_success || shown.is_some(),
                    "{name} {status} {kind} has no example"
                );
            }
        }
        if described.get("requestBody").is_some() {
            let content = &described["requestBody"]["content"]["application/json"];
            let shown = content.get("example").or(content.get("examples"));
            assert!(shown.is_some(), "{name} shows no request");
        }
    }
}

/// A client may name its request itself, and is told its own name.
#[test]
fn a_request_id_may_be_the_clients_own() {
    let detail = &document()["components"]["schemas"]["ErrorDetail"];
    let id = &detail["properties"]["request_id"];
    assert_eq!(id["pattern"], "^[ -~]+$");
    assert_eq!(
        (&id["minLength"], &id["maxLength"]),
        (&json!(1), &json!(128))
    );
}

#[test]
fn failures_are_described_once() {
    let text = document().to_string();
    assert!(text.len() < 350_000, "{} bytes", text.len());
    for (path, item) in document()["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_shared = response.get("$ref").is_some();
                assert_eq!(is_shared, status.as_str() >= "400", "{path} {status}");
                assert!(resolved(document(), response).get("description").is_some());
            }
        }
    }
}
