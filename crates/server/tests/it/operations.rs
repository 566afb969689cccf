//! The operations of the service, as its own description lists them: tests that go through these
//! cannot miss an endpoint.

use reqwest::Method;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// One operation of the description.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) method: Method,
    /// With its parameters in braces.
    pub(crate) path: String,
    /// As the document has it.
    pub(crate) described: Value,
}

/// Written once, since many ask for it many times.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(api::openapi::document()).unwrap());
    &DOCUMENT
}

pub(crate) fn operations() -> Vec<Operation> {
    let document = document();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, described) in item.as_object().unwrap() {
            // The other members of a path item are not operations (OpenAPI 3.1, 4.8.9).
            let methods = ["get", "put", "post", "delete", "patch"];
            if !methods.contains(&method.as_str()) {
                continue;
            }
            operations.push(Operation {
                name: described["operationId"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                described: with_responses(document, described),
            });
        }
    }
    assert!(operations.len() > 10, "the description lists no operations");
    operations
}

/// The operation with the answers it refers to written out.
fn with_responses(document: &Value, described: &Value) -> Value {
    let mut described = described.clone();
    for response in described["responses"].as_object_mut().unwrap().values_mut() {
        *response = resolved(document, response).clone();
    }
    described
}

impl Operation {
    /// Whether it asks for a token.
    pub(crate) fn is_secured(&self) -> bool {
        let security = self.described["security"].as_array();
        security.is_some_and(|requirements| {
            let asks = |requirement: &Value| requirement.as_object().is_some_and(|r| !r.is_empty());
            !requirements.is_empty() && requirements.iter().all(asks)
        })
    }

    /// Whether an API key is as good as a token, as the description says.
    pub(crate) fn takes_keys(&self) -> bool {
        let security = self.described["security"].as_array();
        security.is_some_and(|all| all.iter().any(|one| one.get("api_key").is_some()))
    }

    /// The names of the parameters in its path, in order.
    pub(crate) fn parameters(&self) -> Vec<String> {
        let parts = self.path.split('{').skip(1);
        parts
            .map(|part| part.split('}').next().unwrap().to_owned())
            .collect()
    }

    /// Its path with these values.
    pub(crate) fn at(&self, values: &[String]) -> String {
        let names = self.parameters();
        assert_eq!(names.len(), values.len());
        let mut path = self.path.clone();
        for (name, value) in names.iter().zip(values) {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }

    pub(crate) fn takes_body(&self) -> bool {
        self.described.get("requestBody").is_some()
    }

    /// A body it accepts, by its own examples; `None` when it takes none.
    pub(crate) fn body(&self) -> Option<Value> {
        let content = &self.described.get("requestBody")?["content"]["application/json"];
        if let Some(examples) = content["examples"].as_object() {
            return examples
                .values()
                .next()
                .map(|example| example["value"].clone());
        }
        if let Some(example) = content.get("example") {
            return Some(example.clone());
        }
        let document = document();
        let schema = resolved(document, &content["schema"]);
        let fields = schema["properties"].as_object().unwrap();
        let shown = fields.iter().filter_map(|(name, field)| {
            let shown = field.get("example").or_else(|| field["examples"].get(0))?;
            Some((name.clone(), shown.clone()))
        });
        Some(Value::Object(shown.collect::<Map<_, _>>()))
    }
}

/// The schema that a reference names.
pub(crate) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}
