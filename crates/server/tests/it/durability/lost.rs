//! A server that is lost in the middle of a statement, or whose own server is: each kind of work is 503, none 500.

use crate::app::{Actor, TestApp};
use crate::purge::until;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

/// A read, a message that is stored in a group, one that is stored by itself, and a transaction.
fn requests(actor: &Actor, conversation: &str, item: &str) -> [RequestBuilder; 4] {
    let path = format!("/v1/conversations/{conversation}");
    let (items, edit) = (format!("{path}/items"), format!("{path}/items/{item}/edit"));
    let message = json!({ "role": "user", "content": "Hello" });
    let with_call_id = json!({ "role": "user", "content": "Hello", "call_id": "1" });
    [
        actor.request(Method::GET, &items),
        actor.request(Method::POST, &items).json(&message),
        actor.request(Method::POST, &items).json(&with_call_id),
        actor
            .request(Method::PUT, &edit)
            .json(&json!({ "content": "x" })),
    ]
}

async fn with_a_message(app: &TestApp) -> (String, String) {
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = alice.say(&conversation, "first").await;
    (conversation, item["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn work_is_503_when_its_connection_is_terminated() {
    let app = TestApp::spawn().await;
    let (conversation, item) = with_a_message(&app).await;
    let holder = app.schema.connected().await;
    let lock = "begin; lock table items, item_versions in access exclusive mode";
    holder.batch_execute(lock).await.unwrap();
    let pid: i32 = holder
        .query_one("select pg_backend_pid()", &[])
        .await
        .unwrap()
        .get(0);
    let alice = app.alice();
    let sent = requests(&alice, &conversation, &item).map(|request| {
        let alice = alice.clone();
        tokio::spawn(async move { alice.sent(request).await })
    });
    // An edit waits for the conversation that the appended message has locked, and not for the table.
    let waiting = "with recursive waiting as (
            select pid from pg_stat_activity where PID = any(pg_blocking_pids(pid))
            union select a.pid from pg_stat_activity a join waiting w on w.pid = any(pg_blocking_pids(a.pid))
        ) ";
    let waiting = waiting.replace("PID", &pid.to_string());
    let count = format!("{waiting} select count(*) from waiting");
    until(&app.schema, &count, 60, |count| count == 4).await;
    let terminate = format!("{waiting} select pg_terminate_backend(pid) from waiting");
    app.schema.rows(&terminate).await;
    for answer in sent {
        answer.await.unwrap().refused("database_unavailable", None);
    }
    holder.batch_execute("rollback").await.unwrap();
    alice.say(&conversation, "again").await;
}

/// As Citus reports a node that is away; the connection to the service stays open.
const LOST: &str = "
    create function lose() returns trigger language plpgsql as $$ begin
        raise exception using errcode = '08006',
            message = 'connection to the remote node postgres@10.0.0.2:5432 failed';
    end $$;
    create trigger lost before insert or update on items for each row execute function lose();
    create function is_lost() returns boolean language plpgsql as $$ begin
        raise exception using errcode = '57P01',
            message = 'terminating connection due to administrator command';
    end $$;
    alter table user_settings rename to stored_settings;
    create view user_settings as select * from stored_settings where is_lost()";

#[tokio::test]
async fn work_is_503_when_a_node_behind_its_connection_is_lost() {
    let app = TestApp::spawn().await;
    let (conversation, item) = with_a_message(&app).await;
    let alice = app.alice();
    let settings = "/v1/users/me/settings";
    let profile = json!({ "profile": { "nickname": "Ada" } });
    alice.patch(settings, profile).await.expect(200);
    app.schema.rows(LOST).await;
    let [_, writes @ ..] = requests(&alice, &conversation, &item);
    for request in writes {
        alice
            .sent(request)
            .await
            .refused("database_unavailable", None);
    }
    alice
        .get(settings)
        .await
        .refused("database_unavailable", None);
    app.schema.rows("drop trigger lost on items").await;
    alice.say(&conversation, "again").await;
}
