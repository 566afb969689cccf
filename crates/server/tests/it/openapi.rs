//! The API's own description: whole, in step with the code, and fit for generating clients.

use crate::app::{Actor, TestApp, id};
use crate::operations::{Operation, document, operations, resolved};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_committed_document_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    let generated = api::openapi::document().to_pretty_json().unwrap();
    let differs = committed
        .lines()
        .zip(generated.lines())
        .position(|(c, g)| c != g);
    assert!(
        committed.trim_end() == generated.trim_end(),
        "openapi/openapi.json is not what the code says, from line {:?} on: run `just openapi` \
         (cargo run -- openapi > openapi/openapi.json) and commit it",
        differs.map(|line| line + 1)
    );
}

#[test]
fn it_is_openapi_3_1_with_a_title_a_version_and_a_licence() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["info"]["title"], "jan-conversations");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    let description = document["info"]["description"].as_str().unwrap();
    assert!(
        description.contains("POST /auth/guest-login"),
        "it says how to get a token"
    );
    let bearer = &document["components"]["securitySchemes"]["bearer"];
    assert_eq!(
        (&bearer["type"], &bearer["scheme"]),
        (&json!("http"), &json!("bearer"))
    );
}

#[test]
fn every_operation_is_named_verb_and_resource_and_no_two_the_same() {
    let verbs = [
        "get",
        "list",
        "create",
        "update",
        "delete",
        "edit",
        "export",
        "restore",
        "regenerate",
        "bulk_delete",
        "cancel",
        "share",
        "revoke",
        "fork",
        "add",
        "stream",
    ];
    // The names that the guide and the contract themselves use.
    let own_names = [
        "guest_login",
        "login",
        "logout",
        "refresh_token",
        "register",
        "upgrade",
    ];
    let mut seen = BTreeSet::new();
    for Operation { name, .. } in operations() {
        let snake = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let verb = verbs
            .iter()
            .any(|verb| name.starts_with(&format!("{verb}_")));
        assert!(
            snake && (verb || own_names.contains(&name.as_str())),
            "{name}"
        );
        assert!(seen.insert(name.clone()), "{name} names two operations");
    }
}

#[test]
fn every_operation_says_what_it_does() {
    let document = document();
    let tags: Vec<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["name"])
        .collect();
    for Operation {
        name, described, ..
    } in operations()
    {
        for field in ["summary", "description"] {
            let text = described[field].as_str().unwrap_or_default();
            assert!(text.len() > 10, "{name} has no {field}");
        }
        assert_ne!(described["summary"], described["description"], "{name}");
        let own = described["tags"].as_array().unwrap();
        assert_eq!(own.len(), 1, "{name}");
        assert!(tags.contains(&&own[0]), "{name}");
        for parameter in described["parameters"].as_array().unwrap_or(&Vec::new()) {
            let text = parameter["description"].as_str().unwrap_or_default();
            assert!(
                !text.is_empty(),
                "{} of {name} is not described",
                parameter["name"]
            );
            let shown = parameter.get("example").is_some() || parameter["in"] != "path";
            assert!(shown, "{} of {name} has no example", parameter["name"]);
        }
    }
}

#[test]
fn every_body_has_an_example() {
    let document = document();
    for operation in operations()
        .iter()
        .filter(|operation| operation.takes_body())
    {
        let content = &operation.described["requestBody"]["content"]["application/json"];
        let schema = resolved(document, &content["schema"]);
        let mut fields = schema["properties"].as_object().into_iter().flatten();
        let by_field = fields.any(|(_, field)| field.get("example").is_some());
        assert!(
            content.get("example").is_some() || content.get("examples").is_some() || by_field,
            "{} shows no body",
            operation.name
        );
    }
}

/// The codes that a failure of an operation may have, by status.
fn codes(operation: &Operation) -> BTreeMap<u16, BTreeSet<String>> {
    let mut by_status: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for name in operation.described["x-error-codes"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        let code = api::CODES.iter().find(|code| code.name == name);
        let status = code.unwrap_or_else(|| panic!("{name} is unknown")).status;
        by_status.entry(status).or_default().insert(name.to_owned());
    }
    by_status
}

#[test]
fn every_operation_tells_of_its_failures_by_code() {
    for operation in operations() {
        let name = &operation.name;
        let told = codes(&operation);
        let all: BTreeSet<_> = told.values().flatten().cloned().collect();
        assert!(told.contains_key(&400) && told.contains_key(&500), "{name}");
        if operation.is_secured() {
            for code in ["token_missing", "token_invalid", "token_expired"] {
                assert!(told[&401].contains(code), "{name} does not tell of {code}");
            }
        }
        if operation.path.contains('{') {
            assert!(told.contains_key(&404), "{name} does not tell of 404");
        }
        if operation.takes_body() {
            assert!(told.contains_key(&413) && told.contains_key(&415), "{name}");
        }
        for (status, codes) in &told {
            for code in codes {
                let known = api::CODES.iter().find(|known| known.name == code);
                let known = known.unwrap_or_else(|| panic!("{name} tells of {code}, unknown"));
                assert_eq!(known.status, *status, "{code} of {name}");
                let response = &operation.described["responses"][status.to_string()];
                let text = response["description"].as_str().unwrap();
                assert!(text.contains(known.meaning), "{name} {code}");
                let examples = &response["content"]["application/json"]["examples"];
                assert!(examples.get(code).is_some(), "{name} {code}");
            }
        }
        assert!(all.contains("internal_error"), "{name}");
    }
}

#[test]
fn every_code_is_told_of_by_some_operation() {
    let told: BTreeSet<_> = operations()
        .iter()
        .flat_map(codes)
        .flat_map(|(_, c)| c)
        .collect();
    // These are answers of addresses that no operation describes.
    let elsewhere = ["route_not_found", "method_not_allowed"];
    // These are answers of Jan's face, which has a document of its own.
    let of_jan = ["branch_not_found", "unsupported"];
    // These are answers of OpenAI's face, which is described by OpenAI.
    let of_openai = ["previous_response_not_found", "response_not_found"];
    for code in api::CODES {
        let is_told = told.contains(code.name)
            || elsewhere.contains(&code.name)
            || of_jan.contains(&code.name)
            || of_openai.contains(&code.name);
        assert!(
            is_told,
            "{} is told of nowhere: drop it, or describe it",
            code.name
        );
    }
}

#[test]
fn codes_are_unique_and_in_snake_case() {
    let mut seen = BTreeSet::new();
    for code in api::CODES {
        assert!(seen.insert(code.name), "{}", code.name);
        assert!(
            code.name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '_'),
            "{}",
            code.name
        );
        assert!(code.meaning.ends_with('.'), "{}", code.meaning);
        assert!((400..600).contains(&code.status));
    }
}

/// Complains where `value` is not what `schema` says; knows as much of JSON Schema as the document
/// uses.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    let schema = resolved(document, schema);
    assert!(
        schema.get("allOf").is_none(),
        "{at}: generators lose what `allOf` says"
    );
    if schema.get("type").is_none() && schema.get("oneOf").is_none() {
        return;
    }
    if let Some(one) = schema["oneOf"].as_array() {
        let fits = one.iter().filter(|part| fits(document, part, value));
        assert!(fits.count() == 1, "{at}: {value} is not one of {schema}");
        return;
    }
    assert!(
        fits(document, schema, value),
        "{at}: {value} is not {schema}"
    );
    if let Some(fields) = schema["properties"].as_object() {
        for name in value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            // Objects of OpenAI's API are open, and say so.
            let is_told = fields.contains_key(name) || schema["additionalProperties"] == true;
            assert!(is_told, "{at}.{name} is not described");
        }
        check_object(document, schema, value, at);
    }
    for (index, entry) in value.as_array().into_iter().flatten().enumerate() {
        check(document, &schema["items"], entry, &format!("{at}[{index}]"));
    }
}

fn check_object(document: &Value, schema: &Value, value: &Value, at: &str) {
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        assert!(value.get(name).is_some(), "{at} lacks {name}");
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            check(document, field, value, &format!("{at}.{name}"));
        }
    }
}

/// Whether the type, the constants and the required fields are right.
fn fits(document: &Value, schema: &Value, value: &Value) -> bool {
    let schema = resolved(document, schema);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let one_of = schema["enum"].as_array();
    let required = schema["required"].as_array().into_iter().flatten();
    let fields = schema["properties"].as_object().into_iter().flatten();
    let mut constants = fields.filter(|(_, field)| field.get("enum").is_some());
    kinds.contains(&json!(kind))
        && one_of.is_none_or(|values| values.contains(value))
        && (!value.is_object()
            || required
                .clone()
                .all(|name| value.get(name.as_str().unwrap()).is_some())
                && constants.all(|(name, field)| {
                    value
                        .get(name)
                        .is_none_or(|value| fits(document, field, value))
                }))
}

/// The caller and the body of an operation: alice with its example, unless it is about sessions and
/// accounts.
async fn prepared(app: &TestApp, alice: &Actor, operation: &Operation) -> (Actor, Option<Value>) {
    let example = operation.body();
    match operation.name.as_str() {
        "refresh_token" | "logout" => {
            let (guest, session) = app.guest().await;
            let body = json!({ "refresh_token": session["refresh_token"] });
            (guest, Some(body))
        }
        "login" => {
            let mut account = example.clone().unwrap();
            account["name"] = json!("Ada");
            app.anon().post("/auth/register", account).await.expect(201);
            (app.anon(), example)
        }
        "register" => {
            let mut body = example.unwrap();
            body["email"] = json!("grace@example.org");
            (app.anon(), Some(body))
        }
        "upgrade" => {
            let mut body = example.unwrap();
            body["email"] = json!("mary@example.org");
            (app.guest().await.0, Some(body))
        }
        "update_password" => (app.account("emmy@example.org").await.0, example),
        "delete_me" => (app.guest().await.0, None),
        _ => (alice.clone(), example),
    }
}

/// The answer of an operation for alice, who has one object of each kind.
async fn answer(app: &TestApp, alice: &Actor, operation: &Operation) -> (u16, Option<Value>) {
    let project = alice.project("One").await;
    let conversation = alice.conversation(json!({ "project_id": project })).await;
    let item = id(&alice.say(&conversation, "Hello").await);
    let share = alice
        .share(&conversation, json!({ "read_only": false }))
        .await;
    let key = id(&alice.key("One").await);
    let session = crate::credentials::session(app, alice).await;
    let parameters = operation.parameters();
    let ids = parameters.iter().map(|parameter| match parameter.as_str() {
        "conversation_id" => conversation.clone(),
        "item_id" => item.clone(),
        "project_id" => project.clone(),
        "share_id" => share.clone(),
        "version" => "1".to_owned(),
        "model" => "test-model".to_owned(),
        "key_id" => key.clone(),
        "session_id" => session.clone(),
        new => panic!("the path parameter {{{new}}} is new: add it to openapi.rs"),
    });
    let (caller, body) = prepared(app, alice, operation).await;
    let mut path = operation.at(&ids.collect::<Vec<_>>());
    if operation.name == "list_search_hits" {
        path.push_str("?q=word");
    }
    let request = caller.request(operation.method.clone(), &path);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = alice.sent(request).await;
    let body = match answer
        .header("content-type")
        .starts_with("application/json")
    {
        true => Some(answer.json()),
        false => None,
    };
    (answer.status, body)
}

#[tokio::test]
async fn answers_are_as_described() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let document = document();
    for operation in operations() {
        println!("{}", operation.name);
        let (status, body) = answer(&app, &alice, &operation).await;
        let responses = operation.described["responses"].as_object().unwrap();
        let first = responses.iter().find(|(status, _)| status.starts_with('2'));
        let response = &operation.described["responses"][status.to_string()];
        assert!(
            status < 300 && !response.is_null(),
            "{} answers {status}, {body:?}; described is {:?}",
            operation.name,
            first.map(|(status, _)| status)
        );
        match response["content"]["application/json"].get("schema") {
            Some(schema) => check(document, schema, &body.unwrap(), &operation.name),
            None => assert_eq!(body, None),
        }
    }
}

#[tokio::test]
async fn failures_are_as_described() {
    let app = TestApp::spawn().await;
    let document = document();
    let schema = json!({ "$ref": "#/components/schemas/ErrorResponse" });
    for operation in operations()
        .iter()
        .filter(|operation| operation.is_secured())
    {
        let ids = vec!["x".to_owned(); operation.parameters().len()];
        let refused = app
            .anon()
            .call(operation.method.clone(), &operation.at(&ids))
            .await;
        check(document, &schema, &refused.json(), &operation.name);
    }
}

#[test]
fn browsers_get_failures_as_pages() {
    let operations = operations();
    let responses = |name: &str| {
        let operation = operations.iter().find(|operation| operation.name == name);
        operation.unwrap().described["responses"].clone()
    };
    for (status, response) in responses("get_shared_conversation").as_object().unwrap() {
        if status == "304" {
            continue;
        }
        let content = response["content"].as_object().unwrap();
        assert!(content.contains_key("text/html"), "{status}");
    }
    let added = responses("create_shared_item");
    assert_eq!(added["410"]["content"].as_object().unwrap().len(), 1);
}

#[test]
fn whatever_a_link_answers_is_described_with_its_safety() {
    let below_a_link = |path: &str| path.starts_with("/conversations/share/");
    for Operation {
        name,
        path,
        described,
        ..
    } in operations()
    {
        for (status, response) in described["responses"].as_object().unwrap() {
            for header in [
                "cache-control",
                "content-security-policy",
                "referrer-policy",
                "x-frame-options",
                "x-robots-tag",
                "vary",
            ] {
                let has = response["headers"].get(header).is_some();
                assert_eq!(has, below_a_link(&path), "{header} of {status} of {name}");
            }
        }
    }
}
