//! Names that newcomers guess from other APIs, with the whole text of each answer.

use super::{message, told};
use crate::app::{Actor, TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

/// Sends each of these, and compares the answers.
async fn all_told(actor: &Actor, mistakes: &[(Method, &str, Value, &str)]) {
    for (method, path, body, expected) in mistakes {
        let body = (!body.is_null()).then(|| body.clone());
        let told = told(actor, method.clone(), path, body).await;
        assert_eq!(told, *expected, "{method} {path}");
    }
}

#[tokio::test]
async fn fields_of_other_apis_are_told_with_ours() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "Hello").await);
    let items = format!("/v1/conversations/{conversation}/items");
    let edit = format!("{items}/{item}/edit");
    let stream = format!("{items}/{item}/regenerate/stream");
    let settings = "/v1/users/me/settings";
    all_told(
        &alice,
        &[
            (
                Method::POST,
                "/v1/conversations",
                json!({ "messages": [] }),
                "messages is not a field here. Did you mean `items`? The fields are `title`, \
                 `project_id`, `metadata`, `archived`, `pinned`, `tags`, `items`.",
            ),
            (
                Method::POST,
                "/v1/conversations",
                json!({ "items": [{ "role": "user", "text": "x" }] }),
                "items[0].text is not a field here. Did you mean `content`? The fields are `type`, \
                 `role`, `content`, `parts`, `reasoning`, `call_id`.",
            ),
            (
                Method::POST,
                &items,
                json!({ "role": "user", "text": "x" }),
                "text is not a field here. Did you mean `content`? The fields are `type`, `role`, \
                 `content`, `parts`, `reasoning`, `call_id`.",
            ),
            (
                Method::PUT,
                &edit,
                json!({ "text": "x" }),
                "text is not a field here. Did you mean `content`? The fields are `content`, \
                 `parts`.",
            ),
            (
                Method::POST,
                "/v1/projects",
                json!({ "name": "x" }),
                "name is not a field here. Did you mean `title`? The fields are `title`, \
                 `description`, `instruction`, `archived`, `pinned`.",
            ),
            (
                Method::POST,
                &stream,
                json!({ "stream": true }),
                "stream is not a field here. This address always streams. The fields are `model`, \
                 `temperature`, `max_tokens`, `max_completion_tokens`.",
            ),
            (
                Method::PATCH,
                settings,
                json!({ "nickname": "Ada" }),
                "nickname is not a field here. Did you mean `profile.nickname`? The fields are \
                 `profile`, `preferences`, `use_profile`.",
            ),
            (
                Method::PATCH,
                settings,
                json!({ "style": "concise" }),
                "style is not a field here. Did you mean `profile.style`? The fields are `profile`, \
                 `preferences`, `use_profile`.",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn addresses_of_other_apis_are_told_with_ours() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let own = "If a client adds /v1 itself, leave /v1 out of its base URL.";
    for (method, path, meant) in [
        (
            Method::POST,
            "/v1/conversations/x/messages",
            "/v1/conversations/x/items?",
        ),
        (
            Method::GET,
            "/jan/v1/conversations/x/messages",
            "/jan/v1/conversations/x/items?",
        ),
        (Method::GET, "/v1/threads", "/v1/conversations?"),
        (Method::POST, "/auth/refresh", "/auth/refresh-token?"),
        (Method::POST, "/auth/signup", "/auth/register?"),
        (Method::GET, "/v1/settings", "/v1/users/me/settings?"),
        (Method::GET, "/settings", "/v1/users/me/settings?"),
        (
            Method::GET,
            "/v1/v1/conversations",
            &format!("/v1/conversations? {own}"),
        ),
        (
            Method::POST,
            "/v1/auth/guest-login",
            &format!("/auth/guest-login? {own}"),
        ),
    ] {
        let answer = alice.sent(alice.request(method.clone(), path)).await;
        assert_eq!(answer.status, 404);
        let body = answer.json();
        // Jan's face has a shape of its own.
        let told = match path.starts_with("/jan/") {
            true => body["message"].as_str().unwrap().to_owned(),
            false => message(answer),
        };
        let expected = format!("{method} {path} does not exist here. Did you mean {meant}");
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn an_access_token_sent_as_a_refresh_token_is_recognised() {
    let app = TestApp::spawn().await;
    let (_, session) = app.guest().await;
    let anon = app.anon();
    let refresh = async |token: &Value| {
        let body = json!({ "refresh_token": token });
        let answer = anon.post("/auth/refresh-token", body).await;
        answer.refused("refresh_token_invalid", None);
        message(answer)
    };
    assert_eq!(
        refresh(&session["access_token"]).await,
        "This is an access token. Send the refresh_token of the same answer."
    );
    assert_eq!(
        refresh(&json!("rt_x")).await,
        "The refresh token is unknown, expired or already used. Sign in again."
    );
}

#[tokio::test]
async fn only_an_id_of_another_kind_is_told_with_its_form() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let ulid = "01JFQ2M8X3C4V5B6N7M8K9J0HG";
    let item = |id: &str| format!("/v1/conversations/{conversation}/items/{id}");
    let absent = "it does not exist, it was deleted, or it is not yours.";
    for (method, path, what, hint) in [
        (
            Method::GET,
            format!("/v1/conversations/conv_{ulid}"),
            "conversation",
            "",
        ),
        (
            Method::GET,
            "/v1/conversations/conv_x".to_owned(),
            "conversation",
            "",
        ),
        (
            Method::GET,
            format!("/v1/conversations/proj_{ulid}"),
            "conversation",
            " Its id begins with `conv_`.",
        ),
        (Method::GET, item(&format!("item_{ulid}")), "item", ""),
        (
            Method::GET,
            item(ulid),
            "item",
            " Its id begins with `item_`.",
        ),
        (Method::DELETE, "/v1/shares/share_x".to_owned(), "link", ""),
        (
            Method::DELETE,
            "/v1/shares/msg_share_x".to_owned(),
            "link",
            "",
        ),
        (
            Method::DELETE,
            format!("/v1/shares/{conversation}"),
            "link",
            " Its id begins with `share_` or `msg_share_`.",
        ),
    ] {
        let told = told(&alice, method, &path, None).await;
        assert_eq!(told, format!("No such {what}: {absent}{hint}"), "{path}");
    }
}

#[tokio::test]
async fn a_password_that_is_easy_to_guess_is_told_with_a_better_one() {
    let app = TestApp::spawn().await;
    let body = json!({ "email": "ada@example.org", "password": "password1" });
    let told = told(&app.anon(), Method::POST, "/auth/register", Some(body)).await;
    let expected = "This password is easy to guess: it is a common one, or made of your e-mail \
                    address, of neighbouring keys or of repetitions. Choose 8 to 256 characters that \
                    others would not try, such as four words that have nothing to do with each other.";
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_text_of_a_wrong_length_is_told_as_it_is_measured() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let title = "title must have 1 to 256 characters after trimming.";
    all_told(
        &alice,
        &[
            (
                Method::POST,
                "/v1/conversations",
                json!({ "title": "" }),
                title,
            ),
            (
                Method::POST,
                "/v1/conversations",
                json!({ "title": "   " }),
                title,
            ),
            (
                Method::POST,
                "/v1/projects",
                json!({ "title": " " }),
                "title must have 1 to 120 characters after trimming.",
            ),
            (
                Method::POST,
                "/v1/conversations",
                json!({ "items": [{ "role": "user", "content": "" }] }),
                "items[0].content must have 1 to 1,000,000 characters.",
            ),
        ],
    )
    .await;
}
