//! Messages that are more than text, and items of other types.

use crate::app::{TestApp, id};
use serde_json::{Value, json};

/// The types of OpenAI's items, and one that is not known.
const TYPES: [&str; 29] = [
    "file_search_call",
    "web_search_call",
    "image_generation_call",
    "computer_call",
    "computer_call_output",
    "tool_search_call",
    "tool_search_output",
    "additional_tools",
    "reasoning",
    "program",
    "program_output",
    "compaction",
    "code_interpreter_call",
    "local_shell_call",
    "local_shell_call_output",
    "shell_call",
    "shell_call_output",
    "apply_patch_call",
    "apply_patch_call_output",
    "mcp_list_tools",
    "mcp_approval_request",
    "mcp_approval_response",
    "mcp_call",
    "custom_tool_call",
    "custom_tool_call_output",
    "function_call",
    "function_call_output",
    "item_of_next_year",
    "acme:telemetry_chunk",
];

/// Fields that a tree of values would change: the order of names, the digits of numbers.
const FIELDS: &str = r#""z":"🙂 é \" \\ \n","a":[1e300,1.50,-0,123456789012345678901234567890,0.1],"unknown":{"y":null,"b":true,"a":{}},"status":"completed""#;

fn body(kind: &str) -> String {
    let own = match kind {
        "function_call" => r#""call_id":"call_1","name":"look","arguments":"{\"a\": 1}","#,
        "function_call_output" => r#""call_id":"call_1","output":"found","#,
        "reasoning" => {
            r#""summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"x==","#
        }
        _ => "",
    };
    format!(r#"[{{{own}{FIELDS}}}]"#)
}

fn path(conversation: &str) -> String {
    format!("/v1/conversations/{conversation}/items")
}

fn batch_path(conversation: &str) -> String {
    format!("{}/batch", path(conversation))
}

/// The text of the field in an answer.
fn raw<'a>(answer: &'a str, parts: &str) -> &'a str {
    let (_, rest) = answer.split_once(r#""parts":"#).unwrap();
    rest.get(..parts.len()).unwrap()
}

#[tokio::test]
async fn items_of_every_type_come_back_as_they_were_sent() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for kind in TYPES {
        let parts = body(kind);
        let sent = format!(r#"{{"type":"{kind}","parts":{parts}}}"#);
        let created = alice.post_text(&path(&conversation), sent).await;
        let item = created.expect(201);
        assert_eq!(raw(created.text(), &parts), parts, "{kind}");
        assert_eq!(
            (&item["type"], &item["content"]),
            (&json!(kind), &json!(""))
        );
        let is_answer = kind.ends_with("_output") || kind.ends_with("_response");
        assert_eq!(item["role"], if is_answer { "tool" } else { "assistant" });
        let one = format!("{}/{}", path(&conversation), id(&item));
        let found = alice.get(&one).await;
        assert_eq!(found.expect(200), item);
        assert_eq!(raw(found.text(), &parts), parts, "{kind}");
    }
    let whole = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await;
    let list = format!("{}?limit=100", path(&conversation));
    let listed = alice.get(&list).await;
    let export = format!("/v1/conversations/{conversation}/export");
    let exported = alice.get(&export).await;
    for (answer, name) in [(&whole, "items"), (&listed, "data"), (&exported, "items")] {
        let items = answer.expect(200)[name].as_array().unwrap().clone();
        assert_eq!(items.len(), TYPES.len());
        for (item, kind) in items.iter().zip(TYPES) {
            assert_eq!(item["type"], kind);
        }
        assert_eq!(answer.text().matches(FIELDS).count(), TYPES.len());
    }
}

#[tokio::test]
async fn the_text_of_parts_is_the_content() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let parts = json!([
        { "type": "input_text", "text": "Plan a trip to Oslo" },
        { "type": "input_image", "image_url": "https://example.test/a.png", "detail": "low" },
        { "type": "input_text", "text": "and Bergen" },
    ]);
    let message = json!({ "role": "user", "parts": parts });
    let item = alice.post(&path(&conversation), message).await.expect(201);
    assert_eq!(item["content"], "Plan a trip to Oslo\nand Bergen");
    assert_eq!((&item["type"], &item["parts"]), (&json!("message"), &parts));
    let found = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await;
    assert_eq!(found.expect(200)["title"], "Plan a trip to Oslo");
    // Beside parts, the content must be their text.
    let both = |content: &str| json!({ "role": "user", "parts": parts, "content": content });
    let same = both("Plan a trip to Oslo\nand Bergen");
    alice.post(&path(&conversation), same).await.expect(201);
    let answer = alice.post(&path(&conversation), both("Plan a trip")).await;
    answer.refused("invalid_value", Some("content"));
    // A picture alone has no text.
    let picture = json!({ "role": "user", "parts": [parts[1]] });
    let item = alice.post(&path(&conversation), picture).await.expect(201);
    assert_eq!(item["content"], "");
}

type Refused = (Value, &'static str, &'static str, &'static str);

/// What cannot be kept, the code and the field of the refusal, and words of its message.
fn unkeepable() -> Vec<Refused> {
    let call = |arguments: &str| {
        let call = json!({ "call_id": "c", "name": "f", "arguments": arguments });
        json!({ "type": "function_call", "parts": [call] })
    };
    let part = json!({ "type": "input_text", "text": "a" });
    vec![
        (
            json!({ "role": "user" }),
            "missing_field",
            "content",
            "content is required.",
        ),
        (
            json!({ "content": "a" }),
            "missing_field",
            "role",
            "role is required.",
        ),
        (
            json!({ "type": "reasoning" }),
            "missing_field",
            "parts",
            "parts is required.",
        ),
        (
            json!({ "role": "user", "parts": vec![&part; 1_001] }),
            "invalid_value",
            "parts",
            "1,000",
        ),
        (
            call(&"x".repeat(1_000_001)),
            "invalid_value",
            "parts",
            "1,000,000 characters",
        ),
        (
            call(&"x".repeat(10_000_000)),
            "invalid_value",
            "parts",
            "4 MiB",
        ),
        (
            json!({ "type": "x", "parts": [{ "a": "\0" }] }),
            "nul_character",
            "parts",
            "U+0000",
        ),
        (
            json!({ "type": "x", "parts": [1] }),
            "invalid_type",
            "parts[0]",
            "object",
        ),
        (
            json!({ "type": "x y", "parts": [{}] }),
            "invalid_value",
            "type",
            "letters",
        ),
        (
            json!({ "role": "user", "type": "reasoning", "parts": [{}] }),
            "invalid_value",
            "role",
            "assistant",
        ),
    ]
}

#[tokio::test]
async fn parts_that_cannot_be_kept_are_refused_by_name() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    for (body, code, param, said) in unkeepable() {
        let answer = alice.post(&path(&conversation), body).await;
        answer.refused(code, Some(param));
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains(said), "{message}");
    }
}

#[tokio::test]
async fn a_name_given_twice_and_a_wrong_item_of_several_are_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let twice = r#"{"type":"x","parts":[{"a":1,"a":2}]}"#.to_owned();
    let answer = alice.post_text(&path(&conversation), twice).await;
    answer.refused("duplicate_field", Some("parts"));
    let batch = json!({ "items": [{ "type": "x", "parts": [{}] }, { "type": "x", "parts": [] }] });
    let answer = alice.post(&batch_path(&conversation), batch).await;
    answer.refused("invalid_value", Some("items[1].parts"));
}

#[tokio::test]
async fn a_retry_compares_type_role_and_parts() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = |kind: &str, a: u8| json!({ "type": kind, "parts": [{ "a": a }], "call_id": "one" });
    let first = alice
        .post(&path(&conversation), item("x", 1))
        .await
        .expect(201);
    let again = alice.post(&path(&conversation), item("x", 1)).await;
    assert_eq!(again.expect(200), first);
    for other in [item("x", 2), item("y", 1)] {
        let answer = alice.post(&path(&conversation), other).await;
        answer.refused("call_id_conflict", Some("call_id"));
    }
    let batch = json!({ "items": [item("x", 1), { "role": "user", "content": "a" }] });
    let batch = alice.post(&batch_path(&conversation), batch).await;
    assert_eq!(batch.expect(201)["data"][0], first);
}

#[tokio::test]
async fn a_reference_to_an_item_is_no_item() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let body = json!({ "type": "item_reference", "parts": [{ "id": "x" }] });
    let answer = alice
        .post(&format!("/v1/conversations/{conversation}/items"), body)
        .await;
    answer.refused("invalid_value", Some("type"));
}

#[tokio::test]
async fn an_export_makes_the_same_conversation_again() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let items = json!([
        { "role": "user", "content": "What is in it?", "parts": [
            { "type": "input_text", "text": "What is in it?" },
            { "type": "input_file", "file_id": "file_1", "filename": "a.pdf" },
        ] },
        { "type": "function_call", "parts": [{ "call_id": "c", "name": "f", "arguments": "{}" }] },
        { "type": "function_call_output", "parts": [{ "call_id": "c", "output": [] }] },
        { "role": "assistant", "content": "A plan.", "reasoning": "I should look." },
        { "role": "assistant", "parts": [{ "type": "refusal", "refusal": "No." }] },
    ]);
    let conversation = alice.conversation(json!({ "items": items })).await;
    let export = async |conversation: &str| {
        let path = format!("/v1/conversations/{conversation}/export");
        let export = alice.get(&path).await.expect(200);
        let items = export["items"].as_array().unwrap().clone();
        let kept = ["role", "type", "content", "parts", "reasoning"];
        let items = items
            .iter()
            .map(|item| kept.map(|name| (name, item[name].clone())));
        items.map(Value::from_iter).collect::<Vec<_>>()
    };
    let first = export(&conversation).await;
    assert_eq!(first[3]["reasoning"], "I should look.");
    let created = alice.conversation(json!({ "items": first })).await;
    assert_eq!(export(&created).await, first);
    let appended = alice.conversation(json!({})).await;
    for item in &first {
        alice.post(&path(&appended), item.clone()).await.expect(201);
    }
    assert_eq!(export(&appended).await, first);
    let batch = alice.conversation(json!({})).await;
    let items = json!({ "items": first });
    alice
        .post(&format!("{}/batch", path(&batch)), items)
        .await
        .expect(201);
    assert_eq!(export(&batch).await, first);
}

#[tokio::test]
async fn an_edit_of_the_text_keeps_pictures_and_files() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let picture = json!({ "type": "input_image", "file_id": "file_1" });
    let text = |text: &str| json!({ "type": "input_text", "text": text });
    let first = json!([text("a"), picture, text("b")]);
    let message = json!({ "role": "user", "parts": first });
    let item = alice.post(&path(&conversation), message).await.expect(201);
    let at = format!("{}/{}", path(&conversation), id(&item));
    let edit = format!("{at}/edit");
    let put = async |body: Value| alice.call_with(reqwest::Method::PUT, &edit, &body).await;
    let edited = put(json!({ "content": "c" })).await.expect(200);
    assert_eq!(edited["parts"], json!([text("c"), picture]));
    assert_eq!(
        (&edited["content"], &edited["version"]),
        (&json!("c"), &json!(2))
    );
    // The same again makes no version.
    assert_eq!(put(json!({ "content": "c" })).await.expect(200), edited);
    let replaced = put(json!({ "parts": [text("d")] })).await.expect(200);
    assert_eq!(
        (&replaced["parts"], &replaced["version"]),
        (&json!([text("d")]), &json!(3))
    );
    let versions = alice.get(&format!("{at}/versions")).await.expect(200);
    let versions = versions["data"].as_array().unwrap();
    let parts: Vec<_> = versions.iter().map(|version| &version["parts"]).collect();
    let expected = [&first, &json!([text("c"), picture]), &json!([text("d")])];
    assert_eq!(parts, expected);
    let restore = format!("{at}/versions/1/restore");
    let restored = alice.post(&restore, json!({})).await.expect(200);
    assert_eq!(
        (&restored["parts"], &restored["content"]),
        (&first, &json!("a\nb"))
    );
    let call = json!({ "type": "function_call", "parts": [{ "call_id": "c", "name": "f", "arguments": "{}" }] });
    let call = alice.post(&path(&conversation), call).await.expect(201);
    let edit = format!("{}/{}/edit", path(&conversation), id(&call));
    let answer = alice
        .call_with(reqwest::Method::PUT, &edit, &json!({ "content": "a" }))
        .await;
    answer.refused("invalid_value", Some("item_id"));
}

#[tokio::test]
async fn links_and_forks_show_texts_and_pictures_as_links() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let data = "data:image/png;base64,AAAA";
    let conversation = alice
        .conversation(json!({ "items": [
            { "role": "user", "parts": [
                { "type": "input_text", "text": "Look", "secret": "s3cret" },
                { "type": "input_image", "image_url": "https://x.test/a.png" },
            ] },
            { "type": "reasoning", "parts": [{ "summary": [{ "type": "summary_text", "text": "s3cret" }] }] },
            { "type": "function_call", "parts": [{ "call_id": "c", "name": "s3cret", "arguments": "{}" }] },
            { "type": "function_call_output", "parts": [{ "call_id": "c", "output": "s3cret" }] },
            { "role": "user", "parts": [{ "type": "input_image", "image_url": data }] },
            { "role": "assistant", "content": "Nice.", "reasoning": "s3cret" },
        ] }))
        .await;
    let share = alice.share(&conversation, json!({})).await;
    let link = format!("/conversations/share/{share}");
    let shown = app.anon().get(&format!("{link}?format=json")).await;
    let contents = |items: &Value| -> Vec<String> {
        let items = items.as_array().unwrap().iter();
        items
            .map(|item| item["content"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected = ["Look\n[picture](https://x.test/a.png)", "Nice."];
    assert_eq!(contents(&shown.expect(200)["items"]), expected);
    let page = app.anon().get(&format!("{link}?format=html")).await;
    for text in [shown.text(), page.text()] {
        assert!(!text.contains("s3cret") && !text.contains("AAAA"), "{text}");
    }
    let fork = alice
        .post(&format!("{link}/fork"), json!({}))
        .await
        .expect(201);
    let fork = alice.get(&format!("/v1/conversations/{}", id(&fork))).await;
    assert_eq!(contents(&fork.expect(200)["items"]), expected);
    assert!(!fork.text().contains("s3cret"));
}

#[tokio::test]
async fn the_export_for_reading_has_calls_as_code_and_reasoning_folded() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice
        .conversation(json!({ "items": [
            { "role": "user", "parts": [
                { "type": "input_text", "text": "Look" },
                { "type": "input_image", "image_url": "https://x.test/a.png" },
                { "type": "input_file", "file_id": "f", "filename": "a.pdf" },
            ] },
            { "type": "reasoning", "parts": [{ "summary": [{ "type": "summary_text", "text": "Hm." }] }] },
            { "type": "function_call", "parts": [{ "call_id": "c", "name": "look", "arguments": "{\"a\": \"```\"}" }] },
            { "type": "function_call_output", "parts": [{ "call_id": "c", "output": "seen" }] },
            { "type": "web_search_call", "parts": [{ "status": "completed" }] },
        ] }))
        .await;
    let export = format!("/v1/conversations/{conversation}/export?format=md");
    let export = alice.get(&export).await;
    for expected in [
        "Look\n\n[Picture](<https://x.test/a.png>)\n\n*(The file a.pdf.)*\n",
        "<details>\n<summary>Thoughts</summary>\n\n> Hm.\n\n</details>",
        "Calls `look`:\n\n````json\n{\"a\": \"```\"}\n````\n",
        "Output of the tool:\n\n```\nseen\n```\n",
        "`web_search_call`:\n\n```json\n[{\"status\":\"completed\"}]\n```\n",
    ] {
        assert!(export.text().contains(expected), "{}", export.text());
    }
}

#[tokio::test]
async fn an_earlier_version_reads_a_text_and_its_edit_is_a_text() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let call = json!({ "type": "function_call",
        "parts": [{ "call_id": "c", "name": "f", "arguments": "{}" }] });
    let picture = json!({ "role": "user", "parts": [{ "type": "input_text", "text": "Look" },
        { "type": "input_image", "image_url": "https://x.test/secret.png" }] });
    let conversation = alice
        .conversation(json!({ "items": [call, picture] }))
        .await;
    let share = alice.share(&conversation, json!({})).await;
    // An earlier version takes no empty text.
    let blank = "select 1 from items where char_length(content) = 0";
    assert!(app.schema.rows(blank).await.is_empty());
    // It knows none of the columns.
    let edit =
        "update items set content = 'New', model = null, reasoning = null, version = version + 1";
    app.schema.rows(edit).await;
    let found = alice
        .get(&format!("/v1/conversations/{conversation}"))
        .await;
    let found = found.expect(200);
    for item in found["items"].as_array().unwrap() {
        assert_eq!(
            (&item["type"], &item["content"], &item["parts"]),
            (&json!("message"), &json!("New"), &json!(null))
        );
    }
    let shown = app
        .anon()
        .get(&format!("/conversations/share/{share}?format=json"))
        .await;
    assert!(!shown.text().contains("secret"), "{}", shown.text());
}
