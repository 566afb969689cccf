use crate::app::TestApp;
use crate::provider::{Provider, answers};
use serde_json::json;

#[tokio::test]
async fn a_model_is_found_by_its_id_whatever_is_in_it() {
    let models = r#"{"data":[{"id":"org/small:7b","created":5,"owned_by":"us"},{"id":"b c"}]}"#;
    let form = "Content-Type: application/json\r\n";
    let provider = Provider::that(answers("200 OK", form, models));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let expected = json!({
        "id": "org/small:7b", "object": "model", "created": 5, "owned_by": "us",
    });
    // SDKs escape a slash, people do not.
    for path in ["org/small:7b", "org%2Fsmall:7b", "org%2Fsmall%3A7b"] {
        let model = alice.get(&format!("/v1/models/{path}")).await.expect(200);
        assert_eq!(model, expected, "{path}");
    }
    let spaced = alice.get("/v1/models/b%20c").await.expect(200);
    assert_eq!(spaced["id"], "b c");
    for unknown in ["small", "org", "org/small:7b/"] {
        let refused = alice.get(&format!("/v1/models/{unknown}")).await;
        refused.refused("model_not_found", Some("model"));
    }
    let anonymous = app.anon().get("/v1/models/b%20c").await;
    anonymous.refused("token_missing", None);
}
