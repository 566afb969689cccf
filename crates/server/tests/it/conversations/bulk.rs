//! Many conversations are organised at once.

use crate::app::{Actor, TestApp};
use serde_json::{Value, json};

const PATH: &str = "/v1/conversations/bulk";

async fn found(actor: &Actor, id: &str) -> Value {
    let path = format!("/v1/conversations/{id}");
    actor.get(&path).await.expect(200)
}

#[tokio::test]
async fn each_action_is_done_to_each_conversation_of_the_caller() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let mine = [
        alice.conversation(json!({ "tags": ["Old"] })).await,
        alice.conversation(json!({})).await,
    ];
    let others = app.bob().conversation(json!({})).await;
    let ids = json!([mine[0], mine[1], mine[1], others, "nonsense"]);
    let action = async |more: Value| {
        let mut body = json!({ "conversation_ids": ids });
        let fields = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(fields);
        let done = alice.post(PATH, body).await.expect(200);
        let failed = json!(["nonsense", others]);
        let expected = json!({ "done_count": 2, "failed_count": 2, "failed_ids": failed });
        assert_eq!(done, expected, "{more}");
    };
    for (more, field, expected) in [
        (json!({ "action": "archive" }), "archived", json!(true)),
        (json!({ "action": "unarchive" }), "archived", json!(false)),
        (json!({ "action": "pin" }), "pinned", json!(true)),
        (json!({ "action": "unpin" }), "pinned", json!(false)),
        (
            json!({ "action": "move", "project_id": project }),
            "project_id",
            json!(project),
        ),
        (
            json!({ "action": "move", "project_id": null }),
            "project_id",
            json!(null),
        ),
        (
            json!({ "action": "untag", "tags": ["OLD", "x"] }),
            "tags",
            json!([]),
        ),
        (
            json!({ "action": "tag", "tags": ["A", "b"] }),
            "tags",
            json!(["A", "b"]),
        ),
        (
            json!({ "action": "tag", "tags": ["a", "Ç"] }),
            "tags",
            json!(["A", "b", "Ç"]),
        ),
        (
            json!({ "action": "untag", "tags": ["B"] }),
            "tags",
            json!(["A", "Ç"]),
        ),
    ] {
        action(more.clone()).await;
        for id in &mine {
            assert_eq!(found(&alice, id).await[field], expected, "{more}");
        }
    }
    action(json!({ "action": "delete" })).await;
    let gone = alice.get(&format!("/v1/conversations/{}", mine[0])).await;
    gone.refused("conversation_not_found", None);
    assert_eq!(found(&app.bob(), &others).await["tags"], json!([]));
}

#[tokio::test]
async fn a_conversation_that_would_have_too_many_tags_fails() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let many: Vec<_> = (0..19).map(|n| n.to_string()).collect();
    let full = alice.conversation(json!({ "tags": many })).await;
    let empty = alice.conversation(json!({})).await;
    let body = json!({
        "conversation_ids": [full, empty], "action": "tag", "tags": ["0", "x", "y"],
    });
    let done = alice.post(PATH, body).await.expect(200);
    let expected = json!({ "done_count": 1, "failed_count": 1, "failed_ids": [full] });
    assert_eq!(done, expected);
    assert_eq!(found(&alice, &full).await["tags"], json!(many));
    assert_eq!(found(&alice, &empty).await["tags"], json!(["0", "x", "y"]));
}

#[tokio::test]
async fn wrong_requests_are_refused_and_change_nothing() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let id = alice.conversation(json!({})).await;
    let unknown = "proj_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for (more, status, code, param) in [
        (json!({ "action": "burn" }), 400, "invalid_value", "action"),
        (
            json!({ "action": "move" }),
            400,
            "invalid_value",
            "project_id",
        ),
        (
            json!({ "action": "pin", "project_id": unknown }),
            400,
            "invalid_value",
            "project_id",
        ),
        (
            json!({ "action": "pin", "tags": ["a"] }),
            400,
            "invalid_value",
            "tags",
        ),
        (json!({ "action": "tag" }), 400, "invalid_value", "tags"),
        (
            json!({ "action": "tag", "tags": [" "] }),
            400,
            "invalid_value",
            "tags[0]",
        ),
        (
            json!({ "action": "move", "project_id": unknown }),
            404,
            "project_not_found",
            "project_id",
        ),
    ] {
        let mut body = more.clone();
        body["conversation_ids"] = json!([id]);
        let answer = alice.post(PATH, body).await;
        assert_eq!(answer.status, status, "{more}");
        answer.refused(code, Some(param));
    }
    let none = json!({ "conversation_ids": [], "action": "pin" });
    let none = alice.post(PATH, none).await;
    none.refused("invalid_value", Some("conversation_ids"));
    for path in [PATH, "/v1/conversations/bulk-delete"] {
        let with = |text: &str, length| {
            let mut body = json!({ "conversation_ids": [id, text.repeat(length)] });
            if path == PATH {
                body["action"] = json!("untag");
                body["tags"] = json!(["absent"]);
            }
            body
        };
        let long = alice.post(path, with("x", 257)).await;
        long.refused("invalid_value", Some("conversation_ids[1]"));
        // Characters count, and not bytes.
        if path == PATH {
            let longest = alice.post(path, with("\u{1f600}", 256)).await.expect(200);
            assert_eq!(longest["failed_count"], 1);
        }
    }
    let found = found(&alice, &id).await;
    assert_eq!(
        (&found["pinned"], &found["tags"]),
        (&json!(false), &json!([]))
    );
}

#[tokio::test]
async fn a_repeat_is_answered_as_the_first_attempt() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let id = alice.conversation(json!({})).await;
    let body = json!({ "conversation_ids": [id, "x"], "action": "pin" });
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = alice.request(reqwest::Method::POST, PATH);
        let request = request.header("idempotency-key", "once").json(&body);
        answers.push(alice.sent(request).await.expect(200));
        let unpin = json!({ "pinned": false });
        let path = format!("/v1/conversations/{id}");
        alice.patch(&path, unpin).await.expect(200);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["done_count"], json!(1));
    assert_eq!(found(&alice, &id).await["pinned"], json!(false));
}

#[tokio::test]
async fn null_is_the_same_as_absent_except_in_a_move() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let id = alice.conversation(json!({})).await;
    let body =
        json!({ "conversation_ids": [id], "action": "pin", "project_id": null, "tags": null });
    let result = alice.post(PATH, body).await.expect(200);
    assert_eq!(
        (&result["done_count"], &result["failed_count"]),
        (&1.into(), &0.into())
    );
}

#[tokio::test]
async fn other_methods_than_post_are_not_taken_for_a_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for path in [PATH, "/v1/conversations/bulk-delete"] {
        for method in [
            reqwest::Method::GET,
            reqwest::Method::PATCH,
            reqwest::Method::DELETE,
        ] {
            let answer = alice.sent(alice.request(method.clone(), path)).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.headers["allow"], "POST");
        }
    }
}

#[tokio::test]
async fn nothing_is_moved_to_a_project_that_is_not_ones_own_whatever_the_ids() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let id = alice.conversation(json!({})).await;
    let unknown = "proj_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let foreign = app.bob().project("Bob's").await;
    for ids in [
        json!(["conv_01ARZ3NDEKTSV4RRFFQ69G5FAV"]),
        json!(["x"]),
        json!([id, "x"]),
    ] {
        for project in [unknown, &foreign] {
            let body = json!({ "conversation_ids": ids, "action": "move", "project_id": project });
            let answer = alice.post(PATH, body).await;
            assert_eq!(answer.status, 404, "{ids}");
            answer.refused("project_not_found", Some("project_id"));
        }
    }
}
