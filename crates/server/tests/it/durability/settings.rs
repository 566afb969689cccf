//! Settings of the database must not weaken the promise.

use crate::app::TestApp;
use crate::db::Schema;
use serde_json::json;

/// The setting that a new conversation was written with, where the database's is `set`.
async fn written_with(name: &str, set: &str) -> String {
    let schema = Schema::migrated().await;
    let note = format!(
        "create table seen (setting text);
        create function note() returns trigger language plpgsql as $$ begin
            insert into seen values (current_setting('{name}'));
            return new;
        end $$;
        create trigger note before insert on conversations for each row execute function note()"
    );
    schema.rows(&note).await;
    let url = format!("{}%20-c%20{name}%3D{set}", schema.url());
    let database = Schema::at(url).database(2);
    let app = TestApp::serve(schema, database, |_| {});
    app.alice().conversation(json!({})).await;
    app.schema.value("select setting from seen").await
}

#[tokio::test]
async fn a_commit_is_waited_for_also_where_the_database_says_that_it_need_not_be() {
    for (set, used) in [
        ("off", "on"),
        ("local", "local"),
        ("remote_apply", "remote_apply"),
    ] {
        assert_eq!(written_with("synchronous_commit", set).await, used);
    }
}

/// Some errors are known by their message only.
#[tokio::test]
async fn messages_are_in_english_whatever_the_language_of_the_database_is() {
    assert_eq!(written_with("lc_messages", "POSIX").await, "C");
}
