//! Text that is unusual, and text that cannot be.

use crate::app::{TestApp, id};
use reqwest::Method;
use serde_json::{Value, json};

/// Each is 1 to 64 characters, with no white space at its ends.
const UNUSUAL: [(&str, &str); 12] = [
    ("emoji", "👩🏽‍🚀 goes to 🪐"),
    ("a flag and a family", "🏴󠁧󠁢󠁳󠁣󠁴󠁿👨‍👩‍👧‍👦"),
    ("right to left", "مرحبا בעולם"),
    (
        "overrides of direction",
        "a\u{202e}b\u{2066}c\u{2069}d\u{202c}",
    ),
    (
        "combining characters",
        "e\u{301}\u{327}\u{35c}o Z\u{351}\u{36b}\u{343}a\u{36a}lgo",
    ),
    ("decomposed and composed", "e\u{301} is not \u{e9}"),
    ("beyond the basic plane", "𝒳 𠜎 \u{10ffff}"),
    ("noncharacters", "\u{fffe}\u{ffff}\u{fdd0}"),
    ("a byte order mark", "\u{feff}x\u{feff}"),
    ("the replacement character", "\u{fffd}"),
    (
        "control characters",
        "a\u{1}\u{8}\t\r\n\u{1b}[31m\u{7f}\u{85}b",
    ),
    ("separators of lines", "a\u{2028}b\u{2029}c"),
];

#[tokio::test]
async fn unusual_text_is_stored_and_returned_byte_for_byte() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for (name, text) in UNUSUAL {
        println!("{name}");
        let conversation = alice.conversation(json!({ "title": text })).await;
        let path = format!("/v1/conversations/{conversation}");
        let message = json!({ "role": "user", "content": text, "call_id": text });
        let items = format!("{path}/items");
        let sent = alice.post(&items, message.clone()).await.expect(201);
        let metadata = json!({ "metadata": { text: text } });
        alice.patch(&path, metadata.clone()).await.expect(200);

        let found = alice.get(&path).await.expect(200);
        assert_eq!(found["title"], text);
        assert_eq!(found["metadata"], metadata["metadata"]);
        assert_eq!(found["items"], json!([sent]));
        assert_eq!(sent["content"], text);
        assert_eq!(sent["call_id"], text);
        assert_eq!(alice.post(&items, message).await.expect(200), sent);

        let project = json!({ "title": text, "description": text, "instruction": text });
        let project = alice.post("/v1/projects", project).await.expect(201);
        let found = alice.get(&format!("/v1/projects/{}", id(&project))).await;
        let found = found.expect(200);
        for field in ["title", "description", "instruction"] {
            assert_eq!(found[field], text, "{field}");
        }
    }
    // The database holds the same text, too, and not an escape that is undone on the way out.
    let stored = app.schema.rows("select content from items").await;
    let mut stored: Vec<_> = stored.into_iter().flatten().flatten().collect();
    let mut sent: Vec<_> = UNUSUAL.iter().map(|(_, text)| (*text).to_owned()).collect();
    stored.sort_unstable();
    sent.sort_unstable();
    assert_eq!(stored, sent);
}

#[tokio::test]
async fn text_that_is_written_with_escapes_means_the_same() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let body = r#"{"r\u006fle":"user","content":"\ud83d\ude00 \u0065\u0301 \/ \u001f"}"#;
    let sent = alice.post_text(&path, body).await.expect(201);
    assert_eq!(sent["content"], "😀 e\u{301} / \u{1f}");
}

/// Where a text may stand: the call, and the field its refusal names.
async fn places(app: &TestApp, text: &str) -> Vec<(Method, String, Value, String)> {
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "mine").await);
    let conversation = format!("/v1/conversations/{conversation}");
    let items = format!("{conversation}/items");
    let project = format!("/v1/projects/{}", alice.project("Mine").await);
    let (post, patch) = (Method::POST, Method::PATCH);
    let message = |content: &str| json!({ "role": "user", "content": content });
    let mut named = message("fine");
    named["call_id"] = json!(text);
    let mut places = vec![
        (post.clone(), items.clone(), message(text), "content"),
        (post.clone(), items.clone(), named.clone(), "call_id"),
        (
            Method::PUT,
            format!("{items}/{item}/edit"),
            json!({ "content": text }),
            "content",
        ),
    ]
    .into_iter()
    .map(|(method, path, body, param)| (method, path, body, param.to_owned()))
    .collect::<Vec<_>>();
    for (method, path) in [
        (&post, "/v1/conversations"),
        (&patch, conversation.as_str()),
    ] {
        let mut place = |body: Value, param: &str| {
            places.push((method.clone(), path.to_owned(), body, param.to_owned()));
        };
        place(json!({ "title": text }), "title");
        place(json!({ "metadata": { "a": text } }), "metadata.a");
        place(json!({ "metadata": { text: "a" } }), "metadata");
    }
    for (body, param) in [
        (json!([message("fine"), message(text)]), "items[1].content"),
        (json!([named]), "items[0].call_id"),
    ] {
        let body = json!({ "items": body });
        places.push((
            post.clone(),
            "/v1/conversations".to_owned(),
            body,
            param.to_owned(),
        ));
    }
    for (method, path) in [(&post, "/v1/projects"), (&patch, project.as_str())] {
        for field in ["title", "description", "instruction"] {
            let mut body = json!({ "title": "Fine" });
            body[field] = json!(text);
            places.push((method.clone(), path.to_owned(), body, field.to_owned()));
        }
    }
    places
}

#[tokio::test]
async fn the_nul_character_is_refused_wherever_text_may_stand() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let places = places(&app, "a\0b").await;
    let before = app.schema.contents().await;
    for (method, path, body, param) in places {
        println!("{method} {path} {body}");
        let answer = alice.call_with(method, &path, &body).await;
        // A key is not a field, so the whole of the metadata is named.
        match param.as_str() {
            "metadata" => answer.refused("invalid_value", Some("metadata")),
            param => answer.refused("nul_character", Some(param)),
        }
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_lone_surrogate_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    // Written as \ud800, which no Rust string can hold.
    let places = places(&app, "LONE").await;
    let before = app.schema.contents().await;
    for (method, path, body, _) in places {
        for lone in [
            "\\ud800",
            "\\udc00",
            "a\\ud83dz",
            "\\ud800\\ud800",
            "\\udc00\\ud800",
        ] {
            let body = body.to_string().replace("LONE", lone);
            println!("{method} {path} {body}");
            let request = alice.request(method.clone(), &path);
            let request = request.header("content-type", "application/json");
            let answer = alice.sent(request.body(body)).await;
            answer.refused("invalid_json", None);
        }
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn text_is_too_short_or_too_long_by_characters() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let conversation = format!("/v1/conversations/{conversation}");
    let items = format!("{conversation}/items");
    let project = format!("/v1/projects/{}", alice.project("Mine").await);
    let message = json!({ "role": "user", "content": "fine" });
    let fine = json!({ "title": "Fine" });
    // The call, the field, the fewest and the most characters.
    let fields = [
        (Method::POST, "/v1/conversations", &fine, "title", 1, 256),
        (Method::PATCH, &conversation, &fine, "title", 1, 256),
        (Method::POST, &items, &message, "call_id", 1, 256),
        (Method::POST, "/v1/projects", &fine, "title", 1, 120),
        (Method::POST, "/v1/projects", &fine, "description", 0, 2_000),
        (
            Method::POST,
            "/v1/projects",
            &fine,
            "instruction",
            0,
            32_768,
        ),
        (Method::PATCH, &project, &fine, "title", 1, 120),
        (Method::PATCH, &project, &fine, "description", 0, 2_000),
        (Method::PATCH, &project, &fine, "instruction", 0, 32_768),
    ];
    for (method, path, body, field, least, most) in fields {
        println!("{method} {path} {field}");
        let with = |length: usize| {
            let mut body = body.clone();
            body[field] = json!("🎈".repeat(length));
            body
        };
        for length in [least, most] {
            let answer = alice.call_with(method.clone(), path, &with(length)).await;
            assert!(answer.status < 300, "{length}: {}", answer.text());
        }
        let before = app.schema.contents().await;
        for length in [most + 1].into_iter().chain((least > 0).then_some(0)) {
            let answer = alice.call_with(method.clone(), path, &with(length)).await;
            answer.refused("invalid_value", Some(field));
        }
        assert_eq!(app.schema.contents().await, before);
    }
}

#[tokio::test]
async fn a_title_is_trimmed_and_one_of_white_space_is_empty() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for path in ["/v1/conversations", "/v1/projects"] {
        let blank = json!({ "title": " \t\u{a0}\u{3000}\n" });
        let answer = alice.post(path, blank).await;
        answer.refused("invalid_value", Some("title"));
        let long = format!("  {}  ", "x".repeat(120));
        let answer = alice.post(path, json!({ "title": long })).await;
        assert_eq!(answer.expect(201)["title"], "x".repeat(120));
    }
}

#[tokio::test]
async fn metadata_is_bounded_in_pairs_keys_and_values() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let pairs = |number: usize| {
        let pairs = (0..number).map(|n| (format!("key {n}"), json!("value")));
        json!({ "metadata": Value::Object(pairs.collect()) })
    };
    let pair = |key: usize, value: usize| {
        let (key, value) = ("🗝".repeat(key), "🎈".repeat(value));
        json!({ "metadata": { key: value } })
    };
    let conversation = alice.conversation(pairs(16)).await;
    let path = format!("/v1/conversations/{conversation}");
    for fine in [pairs(16), pair(64, 512), pair(1, 0), pairs(0)] {
        let changed = alice.patch(&path, fine.clone()).await.expect(200);
        assert_eq!(changed["metadata"], fine["metadata"]);
    }
    let before = app.schema.contents().await;
    let long_value = format!("metadata.{}", "🗝".repeat(2));
    for (body, param) in [
        (pairs(17), "metadata"),
        (pair(65, 1), "metadata"),
        (pair(0, 1), "metadata"),
        (pair(2, 513), long_value.as_str()),
    ] {
        let answer = alice.patch(&path, body.clone()).await;
        answer.refused("invalid_value", Some(param));
        let answer = alice.post("/v1/conversations", body).await;
        answer.refused("invalid_value", Some(param));
    }
    assert_eq!(app.schema.contents().await, before);
}

/// Texts that leave no mark.
const UNSEEN: [&str; 7] = [
    "\u{200b}",
    " \u{ad}\u{2060}\u{feff} ",
    "\u{202e}\u{2066}\u{61c}\u{200e}",
    "\u{3164}\u{115f}\u{1160}\u{ffa0}",
    "\u{2800}\u{2800}",
    "\u{e0041}\u{fe0f}\u{180e}",
    "\u{7}\u{1b}",
];

#[tokio::test]
async fn an_invisible_name_is_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    let conversation = format!("/v1/conversations/{conversation}");
    let project = format!("/v1/projects/{}", alice.project("Mine").await);
    let (_, session) = app.guest().await;
    let guest = app.holding(&session);
    for text in UNSEEN {
        let title = json!({ "title": text });
        for path in ["/v1/conversations", "/v1/projects"] {
            let answer = alice.post(path, title.clone()).await;
            answer.refused("invalid_value", Some("title"));
        }
        for path in [&conversation, &project] {
            let answer = alice.patch(path, title.clone()).await;
            answer.refused("invalid_value", Some("title"));
        }
        let key = guest.post("/auth/api-keys", json!({ "name": text })).await;
        key.refused("invalid_value", Some("name"));
        let account = json!({
            "email": "ada@example.org", "password": crate::app::PASSWORD, "name": text,
        });
        let account = app.anon().post("/auth/register", account).await;
        account.refused("invalid_value", Some("name"));

        // A message of such characters is kept, and gives no title.
        let silent = alice.conversation(json!({})).await;
        alice.say(&silent, &format!("x{text}")).await;
        let silent = alice.conversation(json!({})).await;
        alice.say(&silent, text).await;
        let path = format!("/v1/conversations/{silent}");
        let found = alice.get(&path).await.expect(200);
        assert_eq!(
            (&found["title"], &found["item_count"]),
            (&Value::Null, &json!(1))
        );
        alice.say(&silent, &format!("{text}Seen{text}")).await;
        let found = alice.get(&path).await.expect(200);
        assert!(
            found["title"].as_str().unwrap().starts_with("Seen"),
            "{found}"
        );
    }
    assert_eq!(alice.get(&conversation).await.expect(200)["title"], "Mine");
    assert_eq!(alice.get(&project).await.expect(200)["title"], "Mine");
}

#[tokio::test]
async fn an_invisible_name_from_earlier_is_still_read() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Mine" })).await;
    let project = alice.project("Mine").await;
    let (guest, _) = app.guest().await;
    guest.key("mine").await;
    for table in ["conversations", "projects"] {
        app.schema
            .rows(&format!("update {table} set title = U&'\\200B'"))
            .await;
    }
    app.schema
        .rows("update api_keys set name = U&'\\200B'")
        .await;
    for path in [
        "/v1/conversations".to_owned(),
        "/v1/projects".to_owned(),
        format!("/v1/conversations/{conversation}"),
        format!("/v1/projects/{project}"),
        format!("/v1/conversations/{conversation}/export"),
    ] {
        assert!(
            alice
                .get(&path)
                .await
                .expect(200)
                .to_string()
                .contains('\u{200b}'),
            "{path}"
        );
    }
    let keys = guest.get("/auth/api-keys").await.expect(200);
    assert_eq!(keys["data"][0]["name"], "\u{200b}");
    // A link and a copy carry it on.
    let share = alice.share(&conversation, json!({})).await;
    let link = format!("/conversations/share/{share}");
    assert_eq!(app.anon().get(&link).await.expect(200)["title"], "\u{200b}");
    app.bob()
        .post(&format!("{link}/fork"), json!({}))
        .await
        .expect(201);
}
