//! Common mistakes, with the whole text of each answer.

mod guesses;

use crate::app::{Actor, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

/// The message of a refused request.
async fn told(actor: &Actor, method: Method, path: &str, body: Option<Value>) -> String {
    let request = actor.request(method, path);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    message(actor.sent(request).await)
}

fn message(answer: crate::answer::Answer) -> String {
    let error = &answer.json()["error"];
    let code = error["code"].as_str().unwrap();
    let page = error["doc_url"].as_str().unwrap();
    assert!(page.ends_with(&format!("/docs/errors#{code}")), "{page}");
    let text = error["message"].as_str().unwrap().to_owned();
    in_plain_words(&text);
    text
}

/// Words of the program's own language are not for people.
pub(crate) fn in_plain_words(text: &str) {
    for word in [
        "sequence",
        "variant",
        "serde",
        "invalid type",
        "struct ",
        "u32",
        "i64",
        "EOF",
        "ident",
        "recursion",
        "key must be",
    ] {
        assert!(!text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn a_wrong_field_is_told_with_the_right_one() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let of_a_conversation =
        "The fields are `title`, `project_id`, `metadata`, `archived`, `pinned`, `tags`, `items`.";
    for (path, body, expected) in [
        (
            "/v1/conversations",
            json!({ "titel": "T" }),
            format!("titel is not a field here. Did you mean `title`? {of_a_conversation}"),
        ),
        (
            "/v1/conversations",
            json!({ "projectId": "x" }),
            format!(
                "projectId is not a field here. Did you mean `project_id`? {of_a_conversation}"
            ),
        ),
        (
            "/v1/conversations",
            json!({ "colour": "x" }),
            format!("colour is not a field here. {of_a_conversation}"),
        ),
        (
            "/v1/conversations/bulk-delete",
            json!({ "ids": [] }),
            "ids is not a field here. Did you mean `conversation_ids`? The fields are \
             `conversation_ids`."
                .to_owned(),
        ),
        (
            "/auth/guest-login",
            json!({ "name": "x" }),
            "name is not a field here. It takes no fields.".to_owned(),
        ),
    ] {
        let told = told(&alice, Method::POST, path, Some(body.clone())).await;
        assert_eq!(told, expected, "{path} {body}");
    }
}

#[tokio::test]
async fn a_value_of_another_kind_is_told_with_the_right_one() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let items = items.as_str();
    for (path, body, expected) in [
        (
            items,
            json!({ "role": "user" }),
            "content is required.".to_owned(),
        ),
        (
            items,
            json!({ "role": "user", "content": [{ "type": "text" }] }),
            "content must be a string, not a list.".to_owned(),
        ),
        (
            items,
            json!({ "role": "user", "content": { "text": "x" } }),
            "content must be a string, not an object.".to_owned(),
        ),
        (
            items,
            json!({ "role": "user", "content": 5 }),
            "content must be a string, not the number 5.".to_owned(),
        ),
        (
            items,
            json!({ "role": "user", "content": null }),
            "content must be a string, not null.".to_owned(),
        ),
        (
            items,
            json!({ "role": "bot", "content": "x" }),
            "role must be one of `system`, `developer`, `user`, `assistant`, `tool`, not `bot`."
                .to_owned(),
        ),
        (
            "/v1/conversations",
            json!({ "metadata": { "n": {} } }),
            "metadata.n must be a string, not an object.".to_owned(),
        ),
        (
            "/v1/conversations",
            json!([1]),
            "The body must be an object, not a list.".to_owned(),
        ),
        (
            "/v1/conversations",
            json!("x"),
            "The body must be an object, not the string \"x\".".to_owned(),
        ),
        (
            &format!("/v1/conversations/{conversation}/share"),
            json!({ "read_only": "yes" }),
            "read_only must be true or false, not the string \"yes\".".to_owned(),
        ),
        (
            &format!("/v1/conversations/{conversation}/share"),
            json!({ "expires_in": "1h" }),
            "expires_in must be a whole number of seconds, 60 to 31536000, not the string \"1h\"."
                .to_owned(),
        ),
    ] {
        let told = told(&alice, Method::POST, path, Some(body.clone())).await;
        assert_eq!(told, expected, "{path} {body}");
    }
}

#[tokio::test]
async fn a_wrong_setting_is_told_with_the_right_one() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let long = "x".repeat(101);
    for (body, expected) in [
        (
            json!({ "preference": {} }),
            "preference is not a field here. Did you mean `preferences`? The fields are `profile`, \
             `preferences`, `use_profile`.",
        ),
        (
            json!({ "profile": { "nick": "Ada" } }),
            "profile.nick is not a field here. The fields are `nickname`, `occupation`, `about`, \
             `instructions`, `style`.",
        ),
        (
            json!({ "profile": { "style": "rude" } }),
            "profile.style must be one of `concise`, `friendly`, `professional`, not `rude`.",
        ),
        (
            json!({ "profile": { "nickname": long } }),
            "profile.nickname must have at most 100 characters.",
        ),
        (
            json!({ "preferences": "dark" }),
            "preferences must be an object, not the string \"dark\".",
        ),
        (
            json!({ "use_profile": 1 }),
            "use_profile must be true or false, not the number 1.",
        ),
    ] {
        let path = "/v1/users/me/settings";
        let told = told(&alice, Method::PATCH, path, Some(body.clone())).await;
        assert_eq!(told, expected, "{body}");
    }
}

#[tokio::test]
async fn a_wrong_query_is_told_with_the_right_one() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let project = alice.project("One").await;
    let known = "The query parameters are `limit`, `after`, `order`, `archived`, `pinned`.";
    for (path, expected) in [
        (
            "/v1/projects?page=2".to_owned(),
            format!(
                "page is not a query parameter here. Pages are asked for by `limit` and `after`. \
                     {known}"
            ),
        ),
        (
            "/v1/projects?Limit=2".to_owned(),
            format!("Limit is not a query parameter here. Did you mean `limit`? {known}"),
        ),
        (
            format!("/v1/projects/{project}/conversations?project_id={project}"),
            "project_id is not a query parameter here. The query parameters are `limit`, `after`, \
             `order`, `sort`, `archived`, `pinned`, `q`, `tag`, `metadata[key]`."
                .to_owned(),
        ),
        (
            "/v1/conversations?tags=a".to_owned(),
            "tags is not a query parameter here. Did you mean `tag`? The query parameters are `limit`, \
             `after`, `order`, `project_id`, `sort`, `archived`, `pinned`, `q`, `tag`, `metadata[key]`."
                .to_owned(),
        ),
        (
            "/v1/projects?a.b=2".to_owned(),
            format!("a.b is not a query parameter here. {known}"),
        ),
        (
            "/v1/projects?archived=all".to_owned(),
            "archived must be one of `true`, `false`, `any`, not `all`.".to_owned(),
        ),
        (
            "/v1/projects?limit=abc".to_owned(),
            "limit must be a whole number.".to_owned(),
        ),
        (
            "/v1/projects?limit=1000".to_owned(),
            "limit must be 1 to 100.".to_owned(),
        ),
        (
            "/v1/projects?order=up".to_owned(),
            "order must be one of `asc`, `desc`, not `up`.".to_owned(),
        ),
        (
            format!("/v1/conversations/{conversation}?include_items=0"),
            "include_items must be true or false.".to_owned(),
        ),
    ] {
        assert_eq!(
            told(&alice, Method::GET, &path, None).await,
            expected,
            "{path}"
        );
    }
    let python = format!("/v1/conversations/{conversation}?include_items=False");
    let without = alice.get(&python).await.expect(200);
    assert!(without.get("items").is_none());
}

#[tokio::test]
async fn a_credential_of_another_kind_is_recognised() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let access = session["access_token"].as_str().unwrap();
    let refresh = session["refresh_token"].as_str().unwrap();
    let bearer = "`Authorization` must begin with `Bearer `: `Authorization: Bearer <token>`, with an \
                  access token or an API key.";
    for (header, value, expected) in [
        ("authorization", access.to_owned(), bearer),
        ("authorization", "Basic YTpi".to_owned(), bearer),
        (
            "authorization",
            format!("Bearer {refresh}"),
            "This is a refresh token. Send it to POST /auth/refresh-token, and the access_token of \
             that answer here.",
        ),
        (
            "authorization",
            "Bearer sk-proj-abc".to_owned(),
            "This is a key of another service: those of this server begin with `sk_`, and POST \
             /auth/api-keys makes one.",
        ),
        (
            "x-api-key",
            access.to_owned(),
            "This is an access token. Send it as `Authorization: Bearer <token>`; X-API-Key takes API \
             keys, which begin with `sk_`.",
        ),
    ] {
        let anon = app.anon();
        let request = anon.request(Method::GET, "/auth/me").header(header, &value);
        let answer = anon.sent(request).await;
        assert_eq!(answer.status, 401);
        assert_eq!(message(answer), expected, "{header}: {value}");
    }
}

#[tokio::test]
async fn a_wrong_address_is_told_with_the_right_one() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "Hello").await);
    for (method, path, expected) in [
        (
            Method::GET,
            "/conversations".to_owned(),
            "GET /conversations does not exist here. Did you mean /v1/conversations?".to_owned(),
        ),
        (
            Method::GET,
            "/v1/conversations/".to_owned(),
            "GET /v1/conversations/ does not exist here. Did you mean /v1/conversations?"
                .to_owned(),
        ),
        (
            Method::GET,
            "/v1/conversation".to_owned(),
            "GET /v1/conversation does not exist here. Did you mean /v1/conversations?".to_owned(),
        ),
        (
            Method::GET,
            "/users/me/settings".to_owned(),
            "GET /users/me/settings does not exist here. Did you mean /v1/users/me/settings?"
                .to_owned(),
        ),
        (
            Method::GET,
            "/v1/user/me/settings".to_owned(),
            "GET /v1/user/me/settings does not exist here. Did you mean /v1/users/me/settings?"
                .to_owned(),
        ),
        (
            Method::PUT,
            "/v1/users/me/settings".to_owned(),
            "This address does not take PUT; it takes GET, HEAD, PATCH.".to_owned(),
        ),
        (
            Method::POST,
            "/auth/refresh-tokens".to_owned(),
            "POST /auth/refresh-tokens does not exist here. Did you mean /auth/refresh-token?"
                .to_owned(),
        ),
        (
            Method::POST,
            "/v1/embeddings".to_owned(),
            "POST /v1/embeddings does not exist here. All addresses are described at /docs/."
                .to_owned(),
        ),
        (
            Method::PATCH,
            format!("/v1/conversations/{conversation}/items/{item}"),
            format!(
                "This address does not take PATCH; it takes GET, HEAD, DELETE. Did you mean PUT \
                 /v1/conversations/{conversation}/items/{item}/edit?"
            ),
        ),
        (
            Method::GET,
            format!("/v1/conversations/{item}"),
            "No such conversation: it does not exist, it was deleted, or it is not yours. Its id \
             begins with `conv_`."
                .to_owned(),
        ),
    ] {
        assert_eq!(told(&alice, method, &path, None).await, expected, "{path}");
    }
}

/// The message about a body of this text.
async fn told_of(actor: &Actor, method: Method, path: &str, body: &str) -> String {
    let request = actor.request(method, path);
    let request = request.header("content-type", "application/json");
    let answer = actor.sent(request.body(body.to_owned())).await;
    answer.refused("invalid_json", None);
    message(answer)
}

#[tokio::test]
async fn malformed_json_is_explained_in_plain_words() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let value = "a value must be a text in double quotes, a number, true, false, null, a list or an \
                 object";
    for (body, column, expected) in [
        ("{\"title\": \"T\"", 13, "it ends too early"),
        (
            "{\"title\": \"T\",}",
            15,
            "a comma must not stand before the closing bracket",
        ),
        (
            "{'title': 'T'}",
            2,
            "a name must stand in double quotes, as in {\"title\": \"Oslo\"}",
        ),
        ("title=x", 2, value),
        ("{\"title\": None}", 11, value),
        (
            "{\"title\" \"T\"}",
            10,
            "a colon must stand between a name and its value",
        ),
        (
            "{\"title\": \"a\nb\"}",
            0,
            "a text must not have control characters: write a line break as \\n, and a tab as \\t",
        ),
        (
            "{} {}",
            4,
            "more text follows the object, and a body is one object",
        ),
    ] {
        let line = if column == 0 { 2 } else { 1 };
        let told = told_of(&alice, Method::POST, "/v1/conversations", body).await;
        let place = format!("in line {line}, column {column}");
        assert_eq!(
            told,
            format!("The body is not valid JSON, {place}: {expected}.")
        );
    }
}

#[tokio::test]
async fn preferences_that_cannot_be_read_are_told_in_plain_words() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = "/v1/users/me/settings";
    // With the object of the preferences and that of the body.
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels - 2), "]".repeat(levels - 2));
        format!("{{\"preferences\":{{\"a\":{open}{close}}}}}")
    };
    let request = alice.request(Method::PATCH, path);
    let request = request.header("content-type", "application/json");
    assert_eq!(alice.sent(request.body(nested(128))).await.status, 200);
    for (body, expected) in [
        (
            nested(129),
            "lists and objects are nested more than 128 levels deep, which is the limit",
        ),
        (
            "{\"preferences\":{\"a\":1e400}}".to_owned(),
            "a number is too large: the largest is about 1.8e308",
        ),
        (
            "{\"preferences\":{\"a\":\"\\ud800\"}}".to_owned(),
            "a text has half of a surrogate pair",
        ),
    ] {
        let told = told_of(&alice, Method::PATCH, path, &body).await;
        let begin = "The body is not valid JSON, in preferences";
        assert_eq!(told, format!("{begin}: {expected}."));
    }
}

/// The advice for a code neither repeats its meaning nor contradicts the answer's headers.
#[test]
fn every_code_has_good_advice() {
    let mut own = std::collections::BTreeSet::new();
    for code in api::CODES {
        let (name, advice) = (code.name, code.advice);
        assert!(
            advice.ends_with('.') && advice.len() > 10,
            "{name}: {advice}"
        );
        assert!(!code.meaning.contains(advice), "{name}");
        let asks_again = advice.contains("end it again") || advice.contains("can succeed");
        let may_succeed = matches!(code.status, 408 | 503 | 504)
            || ["conversation_locked", "idempotency_in_progress"].contains(&name);
        assert!(!asks_again || may_succeed, "{name}: {advice}");
        let tells_when =
            code.meaning.matches("Retry-After").count() + advice.matches("Retry-After").count();
        assert!(tells_when <= 1, "{name} says when twice");
        own.insert(advice);
    }
    // Some are alike, such as those for malformed requests; no advice is for a whole status.
    assert!(
        own.len() + 3 >= api::CODES.len(),
        "{} of {}",
        own.len(),
        api::CODES.len()
    );
}

#[tokio::test]
async fn the_document_lists_every_code() {
    let app = TestApp::spawn().await;
    let document = app.anon().get("/openapi.json").await.expect(200);
    let code = &document["components"]["schemas"]["ErrorDetail"]["properties"]["code"];
    let listed = code["x-extensible-enum"].as_array().unwrap();
    let names: Vec<_> = api::CODES.iter().map(|code| code.name).collect();
    assert_eq!(*listed, names);
}
