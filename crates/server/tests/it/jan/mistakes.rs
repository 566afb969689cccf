//! Common mistakes on Jan's face, with the whole text of each answer.

use super::{conversation, refused};
use crate::app::{Actor, TestApp};
use crate::chat::user;
use crate::mistakes::in_plain_words;
use reqwest::Method;
use serde_json::{Value, json};

/// The message of a refused request, which is refused in Jan's shape.
async fn told(actor: &Actor, (method, path, body): (Method, &str, Value), code: &str) -> String {
    let request = actor.request(method, path);
    let request = match body {
        Value::Null => request,
        body => request.json(&body),
    };
    let answer = actor.sent(request).await;
    let body = answer.json();
    refused(&answer, code, body["param"].as_str());
    let text = body["message"].as_str().unwrap().to_owned();
    in_plain_words(&text);
    text
}

#[tokio::test]
async fn a_mistake_is_answered_with_the_right_form() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let made = conversation(&alice, json!({})).await;
    let items = format!("/jan/v1/conversations/{made}/items");
    let branch = format!("{items}?branch=EDIT_1");
    let shares = format!("/jan/v1/conversations/{made}/share");
    for (method, path, body, code, expected) in [
        (
            Method::POST,
            "/jan/v1/conversations",
            json!({ "title": 5 }),
            "invalid_type",
            "title must be a string, not the number 5.",
        ),
        (
            Method::POST,
            "/jan/v1/projects",
            json!({}),
            "missing_field",
            "name is required.",
        ),
        (
            Method::POST,
            &items,
            json!({ "items": [] }),
            "invalid_value",
            "items must have 1 to 100 messages.",
        ),
        (
            Method::GET,
            &branch,
            Value::Null,
            "branch_not_found",
            "No such branch: a conversation has one, MAIN.",
        ),
        (
            Method::POST,
            &shares,
            json!({ "scope": "everything" }),
            "invalid_value",
            "scope must be conversation or item.",
        ),
        (
            Method::GET,
            "/jan/v1/conversation",
            Value::Null,
            "route_not_found",
            "GET /jan/v1/conversation does not exist here. Did you mean /jan/v1/conversations?",
        ),
        (
            Method::GET,
            "/jan/v1/conversations/undefined",
            Value::Null,
            "conversation_not_found",
            "No such conversation: it does not exist, it was deleted, or it is not yours. Its id \
             begins with `conv_`.",
        ),
        (
            Method::PATCH,
            "/jan/v1/users/me/settings",
            json!({ "profile_settings": { "base_style": "rude" } }),
            "invalid_value",
            "base_style must be Concise, Friendly or Professional.",
        ),
    ] {
        let told = told(&alice, (method, path, body), code).await;
        assert_eq!(told, expected, "{path}");
    }
}

#[tokio::test]
async fn a_field_is_named_as_it_was_sent() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for (method, path, body, code, expected) in [
        (
            Method::GET,
            "/jan/v1/shares?cursor=x",
            Value::Null,
            "invalid_cursor",
            "cursor must be the next_cursor of an earlier page of the same list.",
        ),
        (
            Method::GET,
            "/jan/v1/projects?after=x",
            Value::Null,
            "invalid_cursor",
            "after must be the last_id of an earlier page of the same list.",
        ),
        (
            Method::POST,
            "/jan/v1/conversations",
            json!({ "referrer": "x".repeat(513) }),
            "invalid_value",
            "referrer must have at most 512 characters.",
        ),
        (
            Method::POST,
            "/jan/v1/chat/completions",
            json!({ "messages": [user("Hi")], "referrer": "x".repeat(513) }),
            "invalid_value",
            "referrer must have at most 512 characters.",
        ),
    ] {
        let told = told(&alice, (method, path, body), code).await;
        assert_eq!(told, expected, "{path}");
    }
}

#[tokio::test]
async fn a_missing_token_is_told_with_where_to_get_one() {
    let app = TestApp::spawn().await;
    let request = (Method::GET, "/jan/v1/conversations", Value::Null);
    let told = told(&app.anon(), request, "token_missing").await;
    let expected = "Send a token: `Authorization: Bearer <token>`. POST /auth/login or \
                    /auth/guest-login gives one.";
    assert_eq!(told, expected);
}

#[tokio::test]
async fn wrong_addresses_and_methods_fail_in_jans_shape() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    refused(&alice.get("/jan/v1/nothing").await, "route_not_found", None);
    let wrong = alice.patch("/jan/v1/conversations", json!({})).await;
    refused(&wrong, "method_not_allowed", None);
    assert_eq!(wrong.header("allow"), "GET, HEAD, POST, DELETE");
}
