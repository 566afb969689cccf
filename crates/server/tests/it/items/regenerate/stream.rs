use super::app_with;
use crate::events::reply;
use crate::operations::document;
use crate::provider::{Provider, says};
use crate::replies::{contents, path, said};
use serde_json::{Value, json};

#[tokio::test]
async fn a_reply_is_streamed_and_stored_without_being_asked_for_by_a_field() {
    let provider = Provider::that(says(&["Again", " one."]));
    let app = app_with(&provider).await;
    let alice = app.alice();
    let (conversation, ids) = said(&alice, &[("user", "one?"), ("assistant", "One.")]).await;
    let path = format!("{}/stream", path(&conversation, &ids[1]));
    let answer = alice.post(&path, json!({})).await;
    assert_eq!(
        (answer.status, answer.header("x-context-truncated")),
        (200, "false")
    );
    let (text, completed) = reply(answer.text());
    assert_eq!(text, "Again one.");
    assert_eq!(completed["item"]["content"], "Again one.");
    assert_eq!(
        contents(&alice, &conversation).await,
        ["one?", "Again one."]
    );
    // The path decides the form of the answer, so this address has no such field.
    let refused = alice.post(&path, json!({ "stream": false })).await;
    refused.refused("unknown_field", Some("stream"));
    let stranger = app.bob().post(&path, json!({})).await;
    stranger.refused("conversation_not_found", None);
}

#[test]
fn it_tells_of_the_same_failures_as_the_reply_in_one_piece() {
    let document = document();
    let codes = |path: &str| {
        let path = format!("/v1/conversations/{{conversation_id}}/items/{{item_id}}/{path}");
        let codes: &Value = &document["paths"][&path]["post"]["x-error-codes"];
        let mut codes: Vec<_> = codes
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect();
        codes.sort();
        codes
    };
    assert_eq!(codes("regenerate/stream"), codes("regenerate"));
}
