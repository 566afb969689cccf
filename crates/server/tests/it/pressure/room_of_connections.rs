//! A connection to the database keeps the room of its largest statement, so such a one is not kept itself.

use crate::app::TestApp;
use crate::db::Schema;
use crate::rows;
use futures_util::future::join_all;
use serde_json::json;

/// Notes which of PostgreSQL's processes stores a conversation.
const NOTE: &str = "
    create table stored_by (number serial, process int);
    create function note() returns trigger language plpgsql as $$
        begin insert into stored_by (process) values (pg_backend_pid()); return null; end $$;
    create trigger note after insert on conversations for each row execute function note()";

#[tokio::test]
async fn a_connection_that_has_written_much_is_closed() {
    let schema = Schema::migrated().await;
    let database = schema.patient_database(1);
    let app = TestApp::serve(schema, database, |_| {});
    app.schema.rows(NOTE).await;
    let alice = app.alice();
    for texts in [0, 0, 2, 0] {
        let item = json!({ "role": "user", "content": "x".repeat(700_000) });
        alice
            .conversation(json!({ "items": vec![item; texts] }))
            .await;
    }
    let processes = app
        .schema
        .rows("select process from stored_by order by number");
    let processes: Vec<_> = processes.await.into_iter().flatten().flatten().collect();
    let [first, second, large, next] = processes.try_into().unwrap();
    assert_eq!(
        (&second, &large),
        (&first, &first),
        "a connection is used again"
    );
    assert_ne!(next, large, "it still has the room");
}

/// The processes of PostgreSQL that wait for a lock, for connections with this session's name.
const STUCK: &str = "select pid from pg_stat_activity where wait_event_type = 'Lock' \
                     and application_name = current_setting('application_name')";

/// Has four requests wait for this table at once, and says which processes serve them.
async fn served(schema: &Schema, table: &str, asked: impl Future<Output = ()>) -> Vec<String> {
    let holder = Schema::at(schema.url().to_owned());
    let lock = format!("begin; lock table {table} in access exclusive mode");
    holder.rows(&lock).await;
    let waiting = async {
        loop {
            let stuck: Vec<_> = schema.rows(STUCK).await;
            if stuck.len() >= 4 {
                holder.rows("rollback").await;
                return stuck.into_iter().flatten().flatten().collect();
            }
        }
    };
    tokio::join!(asked, waiting).1
}

#[tokio::test]
async fn few_connections_that_have_read_a_large_row_are_kept() {
    let schema = Schema::migrated().await;
    let name = schema.value("select current_schema()").await;
    let schema = Schema::at(format!("{}&application_name={name}", schema.url()));
    // One owner gets half of the connections.
    let database = schema.patient_database(8);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let content = "repeat('0123456789abcdef', 60000)";
    rows::items(&app.schema, &conversation, 1, content).await;
    let path = format!("/v1/conversations/{conversation}/items");
    let reading = async {
        for page in join_all((0..4).map(|_| alice.get(&path))).await {
            page.expect(200);
        }
    };
    let readers = served(&app.schema, "items", reading).await;
    let writing = async {
        join_all((0..4).map(|_| alice.conversation(json!({})))).await;
    };
    let writers = served(&app.schema, "conversations", writing).await;
    let used_again = writers.iter().filter(|process| readers.contains(process));
    assert!(used_again.count() <= 2, "{readers:?}, then {writers:?}");
}
