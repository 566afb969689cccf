use super::{conversation, message, refused};
use crate::app::{TestApp, id};
use crate::db::Schema;
use crate::purge::until;
use crate::rows;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tokio_postgres::{NoTls, connect};

const LIST: &str = "/jan/v1/conversations";

#[tokio::test]
async fn a_conversation_has_jans_shape() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "title": "T", "metadata": { "model_id": "m" }, "referrer": "jan-web",
        "is_favorite": true, "unknown": [1] });
    let created = alice.post(LIST, body).await.expect(200);
    assert_json_snapshot!(created, @r#"
    {
      "active_branch": "MAIN",
      "created_at": 1766484000,
      "id": "conv_01KD5ADF800000000200000000",
      "is_archived": false,
      "is_favorite": true,
      "metadata": {
        "model_id": "m"
      },
      "object": "conversation",
      "referrer": "jan-web",
      "title": "T",
      "updated_at": 1766484000
    }
    "#);
    let path = format!("{LIST}/{}", id(&created));
    assert_eq!(alice.get(&path).await.expect(200), created);
    // The same data in the other shape.
    let other = alice
        .get(&format!("/v1/conversations/{}", id(&created)))
        .await;
    let other = other.expect(200);
    assert_eq!(other["pinned"], true);
    assert_eq!(
        other["metadata"],
        json!({ "model_id": "m", "referrer": "jan-web" })
    );
}

#[tokio::test]
async fn text_after_the_object_is_tolerated_and_broken_json_is_not() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let made = alice
        .post_text(LIST, "{\"title\": \"T\" }\n}")
        .await
        .expect(200);
    assert_eq!(made["title"], "T");
    let answer = alice.post_text(LIST, "{\"title\": ").await;
    refused(&answer, "invalid_json", None);
    let answer = alice.post(LIST, json!({ "title": 7 })).await;
    refused(&answer, "invalid_type", Some("title"));
}

#[tokio::test]
async fn post_updates_and_what_is_absent_or_null_stays() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let body = json!({ "title": "T", "referrer": "r", "metadata": { "a": "1" },
        "project_id": project });
    let path = format!("{LIST}/{}", conversation(&alice, body).await);
    let shown = |found: &Value| {
        json!([
            found["title"],
            found["project_id"],
            found["metadata"],
            found["referrer"],
            found["is_favorite"],
            found["is_archived"]
        ])
    };
    for (change, expected) in [
        (
            json!({ "title": null }),
            json!(["T", project, { "a": "1" }, "r", false, false]),
        ),
        (
            json!({ "title": "U" }),
            json!(["U", project, { "a": "1" }, "r", false, false]),
        ),
        (
            json!({ "metadata": { "b": "2" } }),
            json!(["U", project, { "b": "2" }, "r", false, false]),
        ),
        (
            json!({ "project_id": "" }),
            json!(["U", null, { "b": "2" }, "r", false, false]),
        ),
        (
            json!({ "is_favorite": true, "is_archived": true }),
            json!(["U", null, { "b": "2" }, "r", true, true]),
        ),
    ] {
        let changed = alice.post(&path, change.clone()).await.expect(200);
        assert_eq!(shown(&changed), expected, "{change}");
        assert_eq!(alice.get(&path).await.expect(200), changed);
    }
    let answer = alice.post(&path, json!({ "project_id": "proj_x" })).await;
    refused(&answer, "project_not_found", Some("project_id"));
}

#[tokio::test]
async fn lists_are_paged_by_id_and_counted() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let mut made = Vec::new();
    for number in 0..5 {
        let body = json!({ "project_id": if number < 2 { json!(project) } else { Value::Null },
            "is_archived": number == 0, "referrer": if number == 4 { "web" } else { "" } });
        made.push(conversation(&alice, body).await);
    }
    let ids = |page: &Value| {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(id)
            .collect::<Vec<_>>()
    };
    let first = alice
        .get(&format!("{LIST}?limit=2&unknown=1&after="))
        .await
        .expect(200);
    assert_eq!(ids(&first), [made[4].clone(), made[3].clone()]);
    assert_eq!(
        (&first["total"], &first["has_more"]),
        (&json!(5), &json!(true))
    );
    assert_eq!(first["first_id"], made[4].as_str());
    assert_eq!(first["last_id"], first["next_cursor"]);
    for name in ["after", "cursor"] {
        let path = format!("{LIST}?limit=1000&{name}={}", made[3]);
        let rest = alice.get(&path).await.expect(200);
        let left: Vec<_> = made[..3].iter().rev().cloned().collect();
        assert_eq!(ids(&rest), left);
        assert_eq!(
            (&rest["has_more"], rest.get("next_cursor")),
            (&json!(false), None)
        );
    }
    let of_project = alice
        .get(&format!("{LIST}?project_id={project}&order=ASC"))
        .await;
    let of_project = of_project.expect(200);
    assert_eq!(
        (ids(&of_project), &of_project["total"]),
        (made[..2].to_vec(), &json!(2))
    );
    let path = format!("/jan/v1/projects/{project}/conversations?order=asc");
    assert_eq!(ids(&alice.get(&path).await.expect(200)), made[..2]);
    let from_web = alice.get(&format!("{LIST}?referrer=web")).await.expect(200);
    assert_eq!(
        (ids(&from_web), &from_web["total"]),
        (made[4..].to_vec(), &json!(1))
    );
    let empty = app.bob().get(LIST).await.expect(200);
    assert_eq!(empty["first_id"], "");
    for (query, code, param) in [
        ("limit=0", "invalid_value", "limit"),
        ("limit=x", "invalid_type", "limit"),
        ("order=up", "invalid_value", "order"),
        ("after=x", "invalid_cursor", "after"),
        ("project_id=proj_x", "project_not_found", "project_id"),
    ] {
        refused(
            &alice.get(&format!("{LIST}?{query}")).await,
            code,
            Some(param),
        );
    }
}

#[tokio::test]
async fn deletions_answer_with_an_object() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let one = conversation(&alice, json!({ "items": [message("user", "Hello")] })).await;
    let path = format!("{LIST}/{one}");
    let gone = alice.delete(&path).await.expect(200);
    let expected = json!({ "id": one, "object": "conversation.deleted", "deleted": true });
    assert_eq!(gone, expected);
    refused(&alice.delete(&path).await, "conversation_not_found", None);
    for _ in 0..103 {
        conversation(&alice, json!({ "is_archived": true })).await;
    }
    let kept = conversation(&bob, json!({})).await;
    let gone = alice.delete(LIST).await.expect(200);
    assert_eq!(gone["deleted_count"], 103);
    assert_eq!(alice.get(LIST).await.expect(200)["total"], 0);
    bob.get(&format!("{LIST}/{kept}")).await.expect(200);
}

#[tokio::test]
async fn a_total_is_counted_to_ten_thousand() {
    let app = TestApp::spawn().await;
    rows::conversations(&app.schema, 10_001).await;
    let projects = "insert into projects (owner_id, id, created_at, updated_at, title)
        select owner_id, gen_random_uuid(), created_at, created_at, 'P' from conversations";
    app.schema.rows(projects).await;
    for list in [LIST, "/jan/v1/projects"] {
        let page = app.alice().get(list).await.expect(200);
        assert_eq!(page["total"], 10_000, "{list}");
    }
}

#[tokio::test]
async fn all_of_very_many_are_deleted_although_the_client_leaves() {
    let schema = Schema::migrated().await;
    let database = schema.patient_database(4);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let made = rows::conversations(&app.schema, 12_000).await;
    // Somebody is changing the newest one, so the deletion comes to a stop before it.
    let (holder, connection) = connect(&app.schema.url, NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let lock = format!(
        "begin; select from conversations where id = '{}' for update",
        rows::stored(&made[11_999])
    );
    holder.batch_execute(&lock).await.unwrap();
    let deleting = tokio::spawn(async move { alice.delete(LIST).await });
    let left = "select count(*) from conversations";
    until(&app.schema, left, 60, |left| left < 12_000).await;
    let alice = app.alice();
    let first = alice.get(&format!("{LIST}/{}", made[0])).await;
    refused(&first, "conversation_not_found", None);
    deleting.abort();
    assert!(deleting.await.is_err());
    let new = conversation(&alice, json!({})).await;
    holder.batch_execute("commit").await.unwrap();
    until(&app.schema, left, 60, |left| left == 1).await;
    let list = alice.get(LIST).await.expect(200);
    assert_eq!((&list["total"], id(&list["data"][0])), (&json!(1), new));
    let jobs = "select count(*) from jobs where kind = 8";
    assert_eq!(app.schema.value(jobs).await, "12000");
    drop(holder);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn there_is_one_branch() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let body = json!({ "items": [message("user", "Hello")] });
    let path = format!("{LIST}/{}/branches", conversation(&alice, body).await);
    let list = alice.get(&path).await.expect(200);
    assert_eq!(list["active_branch"], "MAIN");
    assert_eq!(list["data"][0]["name"], "MAIN");
    assert_eq!(list["data"][0]["item_count"], 1);
    assert_eq!(
        alice.get(&format!("{path}/main")).await.expect(200),
        list["data"][0]
    );
    let activated = alice
        .post(&format!("{path}/MAIN/activate"), json!({}))
        .await;
    assert_eq!(activated.expect(200)["active_branch"], "MAIN");
    refused(
        &alice.get(&format!("{path}/EDIT_1")).await,
        "branch_not_found",
        None,
    );
    let made = alice.post(&path, json!({ "name": "EDIT_1" })).await;
    refused(&made, "unsupported", Some("name"));
    refused(
        &alice.delete(&format!("{path}/MAIN")).await,
        "unsupported",
        Some("branch"),
    );
}

#[tokio::test]
async fn wrong_addresses_and_methods_fail_in_jans_shape() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    refused(&alice.get("/jan/v1/nothing").await, "route_not_found", None);
    let wrong = alice.patch(LIST, json!({})).await;
    refused(&wrong, "method_not_allowed", None);
    assert_eq!(wrong.header("allow"), "GET, HEAD, POST, DELETE");
}
