//! A connection to the database keeps the room of its largest statement, so such a one is not kept itself.

use crate::app::TestApp;
use crate::db::Schema;
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
