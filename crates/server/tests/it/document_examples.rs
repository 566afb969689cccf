//! The examples of the API's description look like the answers.

use crate::operations::{Operation, document, operations};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The example of a success of an operation.
fn shown(operation: &str, status: &str) -> Value {
    let found = operations()
        .into_iter()
        .find(|found| found.name == operation);
    found.unwrap().described["responses"][status]["content"]["application/json"]["example"].clone()
}

#[test]
fn examples_mean_their_values() {
    assert_eq!(shown("guest_login", "201")["user"]["kind"], "guest");
    assert_eq!(shown("guest_login", "201")["user"]["email"], Value::Null);
    assert_eq!(shown("guest_login", "201")["user"]["is_guest"], true);
    for (status, version) in [("200", 2), ("201", 1)] {
        let reply = shown("regenerate_item", status);
        assert_eq!(
            (&reply["role"], &reply["version"]),
            (&json!("assistant"), &json!(version))
        );
    }
    assert_eq!(shown("cancel_turn", "200")["item"]["role"], "assistant");
    for (operation, version) in [("edit_item", 2), ("restore_item_version", 3)] {
        let item = shown(operation, "200");
        assert_eq!(item["version"], version);
        assert!(
            item["updated_at"].as_str() > item["created_at"].as_str(),
            "{item}"
        );
    }
    let versions = shown("list_item_versions", "200")["data"].clone();
    assert_eq!(
        (&versions[0]["current"], &versions[1]["current"]),
        (&json!(false), &json!(true))
    );
    assert_ne!(versions[0]["content"], versions[1]["content"]);
    let export = shown("export_conversation", "200");
    let item = &export["items"][0];
    assert_eq!(
        (&item["version"], &item["earlier_versions"][0]["version"]),
        (&json!(2), &json!(1))
    );
    assert_ne!(item["content"], item["earlier_versions"][0]["content"]);
    for whole in [export, shown("get_conversation", "200")] {
        assert_eq!(
            whole["item_count"],
            whole["items"].as_array().unwrap().len()
        );
    }
    assert_eq!(shown("create_project", "201")["conversation_count"], 0);
    let page = shown("list_conversations", "200");
    assert_eq!(page["first_id"], page["data"][0]["id"]);
    let chat = shown("create_chat_completion", "200");
    assert_eq!(chat["choices"][0]["message"]["role"], "assistant");
}

#[test]
fn links_are_shown_as_new_ones() {
    for operation in ["share_conversation", "share_item"] {
        let link = shown(operation, "201");
        assert_eq!(
            (&link["revoked_at"], &link["view_count"]),
            (&Value::Null, &json!(0))
        );
        assert!(
            link["expires_at"].as_str() > link["created_at"].as_str(),
            "{link}"
        );
        let url = link["url"].as_str().unwrap();
        assert!(url.ends_with(&format!("/{}", link["share_id"].as_str().unwrap())));
        assert_eq!(link["item_id"].is_string(), operation == "share_item");
        let of_a_message = link["share_id"].as_str().unwrap().starts_with("msg_");
        assert_eq!(of_a_message, operation == "share_item");
    }
    for operation in ["list_shares", "list_conversation_shares"] {
        assert_eq!(
            shown(operation, "200")["data"][0]["revoked_at"],
            Value::Null
        );
    }
    let copy = shown("fork_shared_conversation", "201");
    assert_eq!(
        (&copy["project_id"], &copy["metadata"]),
        (&Value::Null, &json!({}))
    );
}

/// The example of a stream is its lines; the schema describes one event.
#[test]
fn a_stream_is_shown_as_it_is_sent() {
    let mut streams = 0;
    for Operation {
        name, described, ..
    } in operations()
    {
        let example = &described["responses"]["200"]["content"]["text/event-stream"]["example"];
        let Some(lines) = example.as_str() else {
            assert!(example.is_null(), "{name} shows {example}");
            continue;
        };
        streams += 1;
        let mut last = Value::Null;
        for event in lines.trim_end().split("\n\n") {
            let data = event
                .lines()
                .find_map(|line| line.strip_prefix("data: "))
                .unwrap();
            if data != "[DONE]" {
                last = serde_json::from_str(data).unwrap();
            }
        }
        if name != "create_chat_completion" {
            assert!(lines.starts_with("event: item.delta\ndata: {"), "{lines}");
            let item = &document()["components"]["schemas"]["Item"]["properties"];
            let fields = |value: &Value| {
                value
                    .as_object()
                    .unwrap()
                    .keys()
                    .cloned()
                    .collect::<BTreeSet<_>>()
            };
            assert_eq!(fields(&last["item"]), fields(item));
        }
    }
    assert_eq!(streams, 3);
}
