//! Bodies of the wrong shape. The fields are those of the description, so that a new one is part
//! of this before anybody thinks of it.

use super::{PASSED_ON, ids};
use crate::answer::Answer;
use crate::app::TestApp;
use crate::operations::{Operation, document, operations, resolved};
use serde_json::{Map, Value, json};

/// An operation with a body, at an address of alice's.
struct Target<'a> {
    app: &'a TestApp,
    operation: Operation,
    path: String,
}

/// Calls `check` for every operation that takes a body, and checks that no row was stored.
async fn for_each_body(check: impl AsyncFn(&Target<'_>)) {
    let app = TestApp::spawn().await;
    for operation in operations().into_iter().filter(Operation::takes_body) {
        println!("{}", operation.name);
        let path = operation.at(&ids(&app, &operation).await);
        let before = app.schema.contents().await;
        let target = Target {
            app: &app,
            operation,
            path,
        };
        check(&target).await;
        assert_eq!(app.schema.contents().await, before);
    }
}

impl Target<'_> {
    async fn send(&self, body: impl Into<String>) -> Answer {
        let alice = self.app.alice();
        let request = alice.request(self.operation.method.clone(), &self.path);
        let request = request.header("content-type", "application/json");
        alice.sent(request.body(body.into())).await
    }

    /// A body that would be accepted.
    fn good(&self) -> Map<String, Value> {
        match self.operation.body() {
            Some(Value::Object(fields)) => fields,
            other => panic!(
                "{} has no example of its body: {other:?}",
                self.operation.name
            ),
        }
    }

    /// The fields of its body, and how the description tells of each.
    fn fields(&self) -> (Vec<(String, Value)>, Vec<String>) {
        let document = document();
        let schema = &self.operation.described["requestBody"]["content"]["application/json"];
        let schema = &schema["schema"];
        let schema = match schema["oneOf"].get(0) {
            Some(body) => resolved(document, body),
            None => resolved(document, schema),
        };
        let fields = schema["properties"].as_object().cloned();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let required = required
            .iter()
            .map(|name| name.as_str().unwrap().to_owned());
        (
            fields.unwrap_or_default().into_iter().collect(),
            required.collect(),
        )
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    for_each_body(async |target| {
        for body in [
            "{",
            "}",
            "{]",
            "{\"title\"}",
            "{\"title\":}",
            "{'title':'x'}",
            "{\"title\":\"x\",}",
            "{} {}",
            "{}x",
            "undefined",
            "NaN",
            "{\"title\":\"a\nb\"}",
            "{\"title\":\"\\x\"}",
            "\u{feff}{}",
            "// {}",
            "   ",
            "{\"title\":01}",
        ] {
            println!("{body}");
            let answer = target.send(body).await;
            // Another fault may come before the end of a malformed text.
            let code = answer.json()["error"]["code"].as_str().unwrap().to_owned();
            assert!(
                ["invalid_json", "unknown_field", "missing_field"].contains(&code.as_str()),
                "{code}"
            );
            answer.failure(&code);
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_not_an_object_is_refused() {
    for_each_body(async |target| {
        for body in [
            "[]",
            "[{}]",
            "[\"a\",null,null,null]",
            "\"a\"",
            "1",
            "true",
            "null",
        ] {
            // Where a body may be left out, null is the same.
            let may_be_absent = target.operation.described["requestBody"]["required"] != true;
            if body == "null" && may_be_absent {
                continue;
            }
            println!("{body}");
            target.send(body).await.refused("invalid_type", None);
        }
    })
    .await;
}

#[tokio::test]
async fn deep_nesting_is_refused() {
    for_each_body(async |target| {
        if target.operation.name == PASSED_ON {
            return;
        }
        // As deep as the body may be large.
        let depth = match target.operation.path.starts_with("/auth/") {
            true => 2_000,
            false => 100_000,
        };
        let deep =
            |open: &str, close: &str| format!("{}{}", open.repeat(depth), close.repeat(depth));
        target
            .send(deep("[", "]"))
            .await
            .refused("invalid_type", None);
        let unknown = target.send(deep("{\"a\":", "}")).await;
        unknown.refused("unknown_field", Some("a"));
        for (field, _) in target.fields().0 {
            let deep = format!("\"{field}\":{}", deep("[", "]"));
            let mut answer = target.send(format!("{{{deep}}}")).await;
            if answer.json()["error"]["code"] == "missing_field" {
                let mut others = target.good();
                others.remove(&field);
                let others = Value::from(others).to_string();
                let others = others.trim_start_matches('{');
                answer = target.send(format!("{{{deep},{others}")).await;
            }
            println!("{field}: {}", answer.text());
            assert_eq!(answer.status, 400);
            let named = answer.json()["error"]["param"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(named.starts_with(&field), "{named}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_field_is_refused_by_name() {
    for_each_body(async |target| {
        if target.operation.name == PASSED_ON {
            return;
        }
        for name in ["surprise", "Title", "title ", "", "a`b", "é"] {
            let mut body = target.good();
            body.insert(name.to_owned(), json!(1));
            println!("{name:?}");
            let answer = target.send(Value::from(body).to_string()).await;
            answer.refused("unknown_field", Some(name));
        }
    })
    .await;
}

#[tokio::test]
async fn a_field_of_the_wrong_type_is_refused_by_name() {
    for_each_body(async |target| {
        for (field, schema) in target.fields().0 {
            let of_number = ["integer", "number"].map(|kind| schema.to_string().contains(kind));
            let mut wrong = vec![json!([[]])];
            // These are objects: one is the client's own, the other has fields of its own.
            if !["preferences", "profile"].contains(&field.as_str()) {
                wrong.push(json!({ "a": { "b": [1] } }));
            }
            wrong.push(match schema.to_string().contains("boolean") {
                true => json!("true"),
                false => json!(true),
            });
            if !of_number.contains(&true) {
                wrong.extend([json!(5), json!(1.5)]);
            }
            for value in wrong {
                let mut body = target.good();
                body.insert(field.clone(), value);
                let body = Value::from(body).to_string();
                println!("{body}");
                let answer = target.send(body).await;
                let error = answer.failure("invalid_type");
                // A nested field is named by its path.
                let named = error["param"].as_str().unwrap();
                let nested = named.strip_prefix(&field).unwrap();
                assert!(
                    nested.is_empty() || nested.starts_with(['.', '[']),
                    "{named}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_missing_field_is_named() {
    for_each_body(async |target| {
        for field in target.fields().1 {
            let mut body = target.good();
            assert!(body.remove(&field).is_some(), "{field}");
            let answer = target.send(Value::from(body).to_string()).await;
            answer.refused("missing_field", Some(&field));
        }
    })
    .await;
}

#[tokio::test]
async fn a_field_that_is_given_twice_is_refused_by_name() {
    for_each_body(async |target| {
        for (field, _) in target.fields().0 {
            let good = target.good();
            let value = good.get(&field).cloned().unwrap_or(Value::Null);
            if value.is_null() && target.fields().1.contains(&field) {
                panic!("{field} is required and in no example");
            }
            let twice = format!("{{\"{field}\":{value},\"{field}\":{value}}}");
            println!("{twice}");
            let answer = target.send(twice).await;
            // Some fields do not take null, which is then noticed first.
            match answer.json()["error"]["code"].as_str() {
                Some("invalid_type") if value.is_null() => {}
                _ => answer.refused("duplicate_field", Some(&field)),
            }
            // Written with an escape it is the same name.
            let (first, rest) = field.split_at(1);
            let escaped = format!("\\u{:04x}{rest}", u32::from(first.as_bytes()[0]));
            let twice = format!("{{\"{field}\":{value},\"{escaped}\":{value}}}");
            let code = target.send(twice).await.json()["error"]["code"].clone();
            assert!(["duplicate_field", "invalid_type"].contains(&code.as_str().unwrap()));
        }
    })
    .await;
}

#[tokio::test]
async fn keys_of_metadata_that_are_given_twice_are_refused_by_name() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let before = app.schema.contents().await;
    for (body, param) in [
        (r#"{"metadata":{"a":"1","a":"1"}}"#, "metadata.a"),
        (
            r#"{"metadata":{"a":"1","b":"2","\u0061":"3"}}"#,
            "metadata.a",
        ),
        (r#"{"metadata":{"":"1","":"2"}}"#, "metadata."),
        (r#"{"metadata":{},"metadata":{}}"#, "metadata"),
    ] {
        println!("{body}");
        let answer = alice.post_text("/v1/conversations", body).await;
        answer.refused("duplicate_field", Some(param));
        let request = alice.request(reqwest::Method::PATCH, &path);
        let request = request.header("content-type", "application/json");
        let answer = alice.sent(request.body(body)).await;
        answer.refused("duplicate_field", Some(param));
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn nested_fields_are_named_by_their_paths() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let before = app.schema.contents().await;
    for (body, code, param) in [
        (r#"{"items":{}}"#, "invalid_type", "items"),
        (r#"{"items":[["user","hi"]]}"#, "invalid_type", "items[0]"),
        (r#"{"items":["hi"]}"#, "invalid_type", "items[0]"),
        (r#"{"items":[null]}"#, "invalid_type", "items[0]"),
        (r#"{"items":[{}]}"#, "missing_field", "items[0].role"),
        (
            r#"{"items":[{"role":"user"}]}"#,
            "missing_field",
            "items[0].content",
        ),
        (
            r#"{"items":[{"role":"user","content":1}]}"#,
            "invalid_type",
            "items[0].content",
        ),
        (
            r#"{"items":[{"role":"User","content":"x"}]}"#,
            "invalid_value",
            "items[0].role",
        ),
        (
            r#"{"items":[{"role":1,"content":"x"}]}"#,
            "invalid_type",
            "items[0].role",
        ),
        (
            r#"{"items":[{"role":"user","content":"x"},{"role":"user","content":"x","id":1}]}"#,
            "unknown_field",
            "items[1].id",
        ),
        (
            r#"{"items":[{"role":"user","role":"user","content":"x"}]}"#,
            "duplicate_field",
            "items[0].role",
        ),
        (
            r#"{"items":[{"role":"user","content":"x","call_id":""}]}"#,
            "invalid_value",
            "items[0].call_id",
        ),
        (
            r#"{"items":[{"role":"user","content":"a","call_id":"c"},
                {"role":"user","content":"b","call_id":"c"}]}"#,
            "invalid_value",
            "items[1].call_id",
        ),
        (r#"{"metadata":{"a":1}}"#, "invalid_type", "metadata.a"),
        (r#"{"metadata":{"a":null}}"#, "invalid_type", "metadata.a"),
        (
            r#"{"metadata":{"a":{"b":"c"}}}"#,
            "invalid_type",
            "metadata.a",
        ),
        (r#"{"metadata":[]}"#, "invalid_type", "metadata"),
        (r#"{"metadata":[["a","b"]]}"#, "invalid_type", "metadata"),
    ] {
        println!("{body}");
        let answer = alice.post_text("/v1/conversations", body).await;
        answer.refused(code, Some(param));
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_role_is_one_of_five() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    for role in ["system", "developer", "user", "assistant", "tool"] {
        let sent = alice
            .post(&path, json!({ "role": role, "content": "x" }))
            .await;
        assert_eq!(sent.expect(201)["role"], role);
    }
    let before = app.schema.contents().await;
    for role in ["", "User", "USER", "user ", "function", "owner", "0"] {
        let answer = alice
            .post(&path, json!({ "role": role, "content": "x" }))
            .await;
        answer.refused("invalid_value", Some("role"));
    }
    let answer = alice
        .post(&path, json!({ "role": null, "content": "x" }))
        .await;
    answer.refused("invalid_type", Some("role"));
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_project_always_has_a_title() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = format!("/v1/projects/{}", alice.project("Mine").await);
    let before = app.schema.contents().await;
    let answer = alice.patch(&project, json!({ "title": null })).await;
    answer.refused("invalid_type", Some("title"));
    let answer = alice.post("/v1/projects", json!({ "title": null })).await;
    answer.refused("invalid_type", Some("title"));
    assert_eq!(app.schema.contents().await, before);
}
