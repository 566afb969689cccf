//! `RESPONSE_RETENTION_DAYS`: old responses without a conversation go, and nothing else.

use super::{PATH, asking, made};
use crate::app::id;
use crate::openai::{all, conversation, refused};
use crate::provider::{Provider, says};
use crate::purge::{Worker, until};
use crate::rows::stored;
use chrono::TimeDelta;
use domain::upkeep::Retention;
use serde_json::json;

/// Responses are kept for a day.
const DAY: Retention = Retention {
    guests: None,
    responses: Some(TimeDelta::days(1)),
};

#[tokio::test]
async fn old_responses_without_a_conversation_go_and_those_that_continue_them_do_without() {
    let provider = Provider::that(says(&["One."]));
    let app = asking(&provider).await;
    let alice = app.alice();
    let usage = async || alice.get("/auth/me").await.expect(200)["usage"]["storage_bytes"].clone();
    let one = conversation(&alice, json!({})).await;
    let first = id(&made(&alice, json!({ "input": "First", "conversation": one })).await);
    let continued = async |input: &str, previous: &str| {
        let body = json!({ "input": input, "previous_response_id": previous });
        id(&made(&alice, body).await)
    };
    let old = continued("Old", &first).await;
    let older = continued("Older", &old).await;
    let young = continued("Young", &older).await;
    let other = continued("Other", &old).await;
    let theirs = id(&made(&app.bob(), json!({ "input": "Theirs" })).await);
    usage().await;
    app.count_usage().await;
    let before = usage().await.as_u64().unwrap();
    let ids = [&first, &old, &older, &theirs].map(|id| format!("'{}'", stored(id)));
    let age = "update responses set created_at = created_at - interval '25 hours' where id in";
    app.schema
        .rows(&format!("{age} ({})", ids.join(", ")))
        .await;

    let _worker = Worker::keeping(&app.schema, app.clock.clone(), DAY);
    until(&app.schema, "select count(*) from responses", 20, |rows| {
        rows == 3
    })
    .await;
    // The usage falls with them: it is asked for, and counted.
    app.count_usage().await;
    usage().await;
    app.count_usage().await;
    let after = usage().await.as_u64().unwrap();
    assert!(after < before, "{after} and {before}");
    for gone in [&old, &older] {
        refused(
            &alice.get(&format!("{PATH}/{gone}")).await,
            404,
            "response_not_found",
            None,
        );
    }
    let body = json!({ "input": "x", "previous_response_id": old });
    refused(
        &alice.post(PATH, body).await,
        404,
        "previous_response_not_found",
        Some("previous_response_id"),
    );
    // The one with a conversation is as old, and stays with its items.
    alice.get(&format!("{PATH}/{first}")).await.expect(200);
    assert_eq!(all(&alice, &one).await.len(), 2);
    for (stays, input) in [(&young, "user: Young"), (&other, "user: Other")] {
        let path = format!("{PATH}/{stays}");
        let shown = alice.get(&path).await.expect(200);
        let named = [&older, &old].map(|id| json!(id));
        assert!(named.contains(&shown["previous_response_id"]), "{shown}");
        continued("And?", stays).await;
        let told = ["user: First", "assistant: One.", input, "assistant: One."];
        let told = [&told[..], &["user: And?"]].concat();
        assert_eq!(provider.asked().last().unwrap().prompt(), told);
    }
}

#[tokio::test]
async fn very_long_chains_go_in_several_steps() {
    let app = asking(&Provider::obliging()).await;
    let parent = id(&made(&app.alice(), json!({ "input": "x" })).await);
    let young = json!({ "input": "y", "previous_response_id": parent });
    let young = id(&made(&app.alice(), young).await);
    // 600 between them, each the parent of the next.
    let chain = format!(
        "with young as (select * from responses where id = '{0}'),
        made as (
            insert into responses (owner_id, id, created_at, previous_id, parent_id, first_number,
                input_count, status, is_background, settings, input, output, cuts)
            select owner_id, lpad(to_hex(n), 32, '0')::uuid, created_at - interval '2 days',
                parent_id, case n when 1 then parent_id else lpad(to_hex(n - 1), 32, '0')::uuid end,
                1, 0, 2, false, '{{}}', '[]', '[]', '{{}}'
            from young, generate_series(1, 600) n
        )
        update responses set parent_id = lpad(to_hex(600), 32, '0')::uuid where id = '{0}'",
        stored(&young)
    );
    app.schema.rows(&chain).await;
    let _worker = Worker::keeping(&app.schema, app.clock.clone(), DAY);
    until(&app.schema, "select count(*) from responses", 20, |rows| {
        rows == 2
    })
    .await;
    let left = app
        .schema
        .value("select parent_id from responses where parent_id is not null")
        .await;
    assert_eq!(left.replace('-', ""), stored(&parent));
}
