//! Clients that send all that was said with each turn.

use super::{PATH, conversing, line, reply, said, user};
use crate::app::Actor;
use crate::provider::{Provider, says};
use crate::rows;
use serde_json::{Value, json};

fn message(role: &str, text: &str) -> Value {
    json!({ "role": role, "content": text })
}

async fn ask(alice: &Actor, conversation: &str, messages: &[Value]) -> Value {
    let body = json!({ "messages": messages, "conversation": conversation });
    let answer = alice.post(PATH, body).await.expect(200);
    answer["choices"][0]["message"].clone()
}

#[tokio::test]
async fn all_that_was_said_is_sent_with_each_turn_and_only_the_new_is_stored() {
    let thinking = "<think>\nHm.\n</think>\n\nFirst.";
    let plays = [says(&[thinking]), says(&["Second. "]), says(&["Third."])];
    let provider = Provider::that(says(&["More."])).then(plays);
    let (_app, alice, conversation) = conversing(&provider).await;
    let mut messages = vec![message("system", "Be brief.")];
    for question in ["one", "two", "one"] {
        messages.push(user(question));
        let mut reply = ask(&alice, &conversation, &messages).await;
        // As SDKs give it back: to the byte, with empty fields.
        reply["refusal"] = json!(null);
        reply["tool_calls"] = json!(null);
        reply["annotations"] = json!([]);
        messages.push(reply);
    }
    let expected = [
        line("system", "Be brief."),
        line("user", "one"),
        reply("First."),
        line("user", "two"),
        reply("Second. "),
        line("user", "one"),
        reply("Third."),
    ];
    assert_eq!(said(&alice, &conversation).await, expected);
    let told = provider.asked().pop().unwrap().prompt();
    let all = [
        "system: Be brief.",
        "user: one",
        "assistant: First.",
        "user: two",
        "assistant: Second. ",
        "user: one",
    ];
    assert_eq!(told, all);
    // Clients that cut white space off, and a new instruction in place of the first.
    let trimmed = [
        message("system", "Be exact."),
        user("one"),
        message("assistant", "First."),
        user("two"),
        message("assistant", "Second."),
        user("one"),
        message("assistant", "Third."),
        user("more"),
    ];
    ask(&alice, &conversation, &trimmed).await;
    let all = said(&alice, &conversation).await;
    let new = [
        line("system", "Be exact."),
        line("user", "more"),
        reply("More."),
    ];
    assert_eq!(all[expected.len()..], new);
}

#[tokio::test]
async fn a_history_that_lacks_part_of_the_conversation_is_new() {
    let provider = Provider::that(says(&["Yes."]));
    for history in [
        // No new message follows.
        vec![user("yes"), message("assistant", "Yes.")],
        // Not the whole conversation, or not unchanged.
        vec![user("yes"), user("yes")],
        vec![user("Yes"), message("assistant", "Yes."), user("yes")],
        vec![user("yes"), message("assistant", "No."), user("yes")],
        vec![message("assistant", "Yes."), user("yes"), user("yes")],
        // Only the question, once more: two equal questions are two turns.
        vec![user("yes")],
    ] {
        let (_app, alice, conversation) = conversing(&provider).await;
        ask(&alice, &conversation, &[user("yes")]).await;
        ask(&alice, &conversation, &history).await;
        let held = said(&alice, &conversation).await;
        assert_eq!(held.len(), 2 + history.len() + 1, "{history:?}");
    }
}

#[tokio::test]
async fn an_empty_reply_is_not_stored_and_its_question_only_once() {
    // A client keeps one of a turn that was cancelled before anything was said.
    for content in [json!(""), json!(null), json!([])] {
        let blank = json!({ "role": "assistant", "content": content });
        let provider = Provider::that(says(&["Yes."]));
        let (_app, alice, conversation) = conversing(&provider).await;
        alice.say(&conversation, "one").await;
        let history = [user("one"), blank.clone(), user("two")];
        ask(&alice, &conversation, &history).await;
        let expected = [line("user", "one"), line("user", "two"), reply("Yes.")];
        assert_eq!(said(&alice, &conversation).await, expected, "{blank}");
        let told = provider.asked().pop().unwrap().prompt();
        assert_eq!(told, ["user: one", "user: two"]);
        let body = json!({ "messages": [blank], "conversation": conversation });
        let refused = alice.post(PATH, body).await;
        refused.refused("invalid_value", Some("messages"));
    }
}

#[tokio::test]
async fn replies_are_met_as_sdks_give_them_back() {
    // The service's answer, and the fields that an SDK adds to it.
    let replies = [
        json!({ "content": "Yes.", "reasoning_content": "Hm." }),
        json!({ "content": "Yes.", "reasoning": "Hm.", "reasoning_details": [{ "text": "Hm." }] }),
        json!({ "content": "Yes.", "annotations": [{ "type": "url_citation" }], "id": "1" }),
        json!({ "content": "Yes.", "provider_specific_fields": { "a": 1 } }),
        json!({ "content": null, "refusal": "Yes." }),
        json!({ "content": [
            { "type": "thinking", "thinking": [{ "type": "text", "text": "Hm." }] },
            { "type": "text", "text": "Yes." },
        ] }),
        json!({ "content": [{ "type": "text", "text": "Y" }, { "type": "text", "text": "es." }] }),
        json!({ "content": [{ "type": "output_text", "text": "Yes.", "annotations": [] }] }),
    ];
    let provider = Provider::that(says(&["Yes."]));
    for mut reply in replies {
        reply["role"] = json!("assistant");
        let (_app, alice, conversation) = conversing(&provider).await;
        ask(&alice, &conversation, &[user("one\ntwo")]).await;
        // A client's own fields and line ends do not matter either.
        let mut question = user("one\r\ntwo");
        question["timestamp"] = json!(1);
        let history = [question, reply.clone(), user("Now?")];
        ask(&alice, &conversation, &history).await;
        assert_eq!(said(&alice, &conversation).await.len(), 4, "{reply}");
        // New messages must be stored whole, and this one cannot be; thoughts that are a text can.
        if reply["content"] == "Yes." && reply["reasoning_content"].is_null() {
            let body = json!({ "messages": [user("Why?"), reply], "conversation": conversation });
            let refused = alice.post(PATH, body).await;
            let param = refused.failure("invalid_value")["param"].clone();
            assert!(
                param.as_str().unwrap().starts_with("messages[1]."),
                "{param}"
            );
        }
    }
}

#[tokio::test]
async fn an_edited_message_is_compared_as_it_is_now() {
    let provider = Provider::that(says(&["Yes."]));
    let (_app, alice, conversation) = conversing(&provider).await;
    let question = alice.say(&conversation, "one").await;
    let path = format!("/v1/conversations/{conversation}/items");
    let reply = message("assistant", "1");
    alice.post(&path, reply.clone()).await.expect(201);
    let edit = format!("{path}/{}/edit", question["id"].as_str().unwrap());
    let body = json!({ "content": "uno" });
    alice
        .call_with(reqwest::Method::PUT, &edit, &body)
        .await
        .expect(200);
    ask(&alice, &conversation, &[user("uno"), reply, user("two")]).await;
    assert_eq!(said(&alice, &conversation).await.len(), 4);
}

#[tokio::test]
async fn a_long_history_is_met_and_more_than_100_new_messages_are_not() {
    let provider = Provider::that(says(&["Yes."]));
    let (app, alice, conversation) = conversing(&provider).await;
    rows::items(&app.schema, &conversation, 250, "'x'").await;
    // Every other is a reply.
    let replies = "update items set role = 3 where sequence % 2 = 0";
    app.schema.rows(replies).await;
    let path = format!("/v1/conversations/{conversation}");
    let held = alice.get(&path).await.expect(200);
    let items = held["items"].as_array().unwrap().iter();
    let mut messages: Vec<_> = items
        .map(|item| json!({ "role": item["role"], "content": item["content"] }))
        .collect();
    assert!(
        messages
            .iter()
            .any(|message| message["role"] == "assistant")
    );
    messages.push(user("new"));
    ask(&alice, &conversation, &messages).await;
    assert_eq!(said(&alice, &conversation).await.len(), 252);
    // Now there is something in it that they do not tell.
    let body = json!({ "messages": messages, "conversation": conversation });
    let refused = alice.post(PATH, body).await;
    refused.refused("invalid_value", Some("messages"));
    assert_eq!(said(&alice, &conversation).await.len(), 252);
}
