use crate::app::TestApp;
use serde_json::Value;

pub(super) fn document() -> Value {
    serde_json::to_value(api::jan::document()).unwrap()
}

#[tokio::test]
async fn the_face_has_a_document_of_its_own() {
    let app = TestApp::spawn().await;
    let served = app.anon().get("/jan/openapi.json").await.expect(200);
    assert_eq!(served["paths"], document()["paths"]);
    let main = app.anon().get("/openapi.json").await.expect(200);
    let paths = main["paths"].as_object().unwrap();
    assert!(paths.keys().all(|path| !path.starts_with("/jan")));
    let own = served["paths"].as_object().unwrap();
    assert!(own.keys().all(|path| path.starts_with("/jan/")));
    assert!(own.len() > 20, "{}", own.len());
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn walk(document: &Value, value: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                }
                fields.values().for_each(|value| walk(document, value));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(document, value)),
            _ => {}
        }
    }
    let document = document();
    walk(&document, &document);
}

#[test]
fn operations_have_names_of_their_own() {
    let document = document();
    let mut names = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            names.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
