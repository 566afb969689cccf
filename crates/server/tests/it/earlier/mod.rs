//! Beside instances of an earlier version, and after them: their database is brought to the schema of
//! this version with all data, their statements still work, and work that they queue is done.

mod statements;

use crate::app::TestApp;
use crate::db::{RUNTIME, Schema, migrate};
use crate::migrations::migrations;
use crate::provider::{Provider, says};
use crate::purge::{Worker, until};
use crate::rows;
use domain::usage::Allowances;
use infra::clock::SystemClock;
use std::fs;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The first migration that is newer than the earlier version.
const NEWER: &str = "2026-11-25";

/// The owner for whom `TestApp::alice` speaks, and another one.
const ALICE: &str = "000000000000000000000000000a11ce";
const OTHER: &str = "00000000000000000000000000000007";

/// The schema of the earlier version, as that one has left it.
async fn earlier_schema() -> Schema {
    let schema = Schema::empty().await;
    let notes = "create table __diesel_schema_migrations (
        version varchar(50) primary key, run_on timestamp not null default current_timestamp)";
    schema.rows(notes).await;
    for migration in migrations() {
        let name = migration.file_name().unwrap().to_str().unwrap().to_owned();
        if name.as_str() < NEWER {
            let up = fs::read_to_string(migration.join("up.sql")).unwrap();
            let version: String = name.chars().take(17).filter(char::is_ascii_digit).collect();
            let note = format!("insert into __diesel_schema_migrations values ('{version}')");
            schema.rows(&format!("begin; {up}; {note}; commit")).await;
        }
    }
    schema
}

/// Runs a statement with these values, written as SQL and set apart by bars.
async fn run(schema: &Schema, statement: &str, values: &str) {
    let values: Vec<&str> = values.split('|').map(str::trim).collect();
    let numbered = values.iter().enumerate().rev();
    let with_values = numbered.fold(statement.to_owned(), |text, (index, value)| {
        text.replace(&format!("${}", index + 1), value)
    });
    schema.rows(&with_values).await;
}

/// An owner of an instance of the earlier version.
struct Person<'a> {
    schema: &'a Schema,
    owner: String,
    /// The beginning of the ids, to tell those of two owners apart.
    digit: char,
}

impl Person<'_> {
    fn id(&self, kind: char) -> String {
        format!("'{}{kind}{}'::uuid", self.digit, "0".repeat(30))
    }

    fn digest(&self, kind: char) -> String {
        let digits = format!("{}{kind}", self.digit).repeat(32);
        format!("'\\x{digits}'::bytea")
    }

    async fn run(&self, statement: &str, values: &str) {
        run(self.schema, statement, values).await;
    }

    /// A row in every table, and an entry in each queue.
    async fn live(&self) {
        self.sign_in().await;
        for (conversation, first) in [('1', 'a'), ('2', 'b')] {
            self.say(conversation, first).await;
        }
        let (owner, first) = (&self.owner, self.id('1'));
        let values = format!("{owner} | {first} | 2 | now() | 'Another reply' | null::text");
        self.run(statements::REVISE, &values).await;
        for (conversation, link) in [('1', '8'), ('2', '9')] {
            let values = format!(
                "{owner} | {} | {} | 'share_{}{link}' | true | false | false | now() \
                 | null::timestamptz | {}",
                self.id(conversation),
                self.id(link),
                self.digit,
                self.digest(link)
            );
            self.run(statements::SHARE, &values).await;
        }
        let values = format!("{owner} | array[{}] | now()", self.id('2'));
        self.run(statements::DELETE, &values).await;
    }

    async fn sign_in(&self) {
        let (owner, later) = (&self.owner, "now() + interval '30 days'");
        let (one, other) = (self.digest('1'), self.digest('2'));
        let values = format!("{owner} | now() | {one} | {} | {later}", self.id('f'));
        for statement in statements::GUEST {
            self.run(statement, &values).await;
        }
        let values = format!("{one} | now() | {other} | {later}");
        self.run(statements::ROTATE, &values).await;
        let email = format!("'ada{}@example.org'", self.digit);
        let values = format!("{owner} | now() | {email} | null | 'hash'");
        self.run(statements::ACCOUNT, &values).await;
        let (key, digest) = (self.id('c'), self.digest('3'));
        let values = format!(
            "{owner} | 100 | {key} | now() | null::timestamptz | 'Mine' | 'hint' | {digest}"
        );
        self.run(statements::KEY, &values).await;
        let project = self.id('d');
        let values = format!("{owner} | {project} | 'P' | 'about' | 'Be brief.' | now()");
        self.run(statements::PROJECT, &values).await;
    }

    async fn say(&self, conversation: char, first: char) {
        let (owner, digit, zeros) = (&self.owner, self.digit, "0".repeat(22));
        let (conversation, project) = (self.id(conversation), self.id('d'));
        let values = format!(
            "{owner} | {conversation} | {project} | now() | 1 | 2::smallint | 'Hello' | '{{}}' \
             | true | array['{digit}{first}{zeros}00000001']::uuid[] | array[1] \
             | array[2]::smallint[] | array[null]::text[] | array['Hello']"
        );
        self.run(statements::CONVERSATION, &values).await;
        let seed = format!("'\\x{digit}{first}{zeros}'::bytea");
        self.append(&conversation, &seed, "'A reply'").await;
    }

    async fn append(&self, conversation: &str, seed: &str, content: &str) {
        let values = format!(
            "now() | null::text | {} | {conversation} | {seed} | 3::smallint | null::uuid \
             | null::text | {content} | true",
            self.owner
        );
        self.run(statements::APPEND, &values).await;
    }
}

fn person<'a>(schema: &'a Schema, owner: &str, digit: char) -> Person<'a> {
    let owner = format!("'{owner}'::uuid");
    Person {
        schema,
        owner,
        digit,
    }
}

/// The earlier version's own background work, once through.
async fn work(schema: &Schema) {
    let values = "now() | now() + interval '6 minutes'";
    run(schema, statements::CLAIM_TITLE, values).await;
    for statement in statements::PURGE {
        run(schema, statement, "").await;
    }
}

/// The background work of an instance of this version, titles included.
fn workers(schema: &Schema, provider: &Provider) -> (Worker, JoinHandle<()>) {
    let _inside = RUNTIME.enter();
    let (database, clock) = (schema.patient_database(2), Arc::new(SystemClock));
    let model = provider.connected();
    let titles = server::jobs::titles(
        database,
        model,
        clock,
        8_192,
        Allowances::NONE,
        1,
        Arc::default(),
    );
    (Worker::start(schema), RUNTIME.spawn(titles))
}

async fn every_table_has_a_row(schema: &Schema) {
    let tables = "select relname from pg_class where relkind = 'r'
        and relnamespace = current_schema()::regnamespace
        and relname not in ('share_tombstones', 'removed_owners')";
    for table in schema.rows(tables).await.into_iter().flatten().flatten() {
        let count = format!("select count(*) from \"{table}\"");
        assert_ne!(
            schema.value(&count).await,
            "0",
            "{table} has to be taken over"
        );
    }
}

#[tokio::test]
async fn a_database_of_the_earlier_version_is_taken_over_and_instances_of_both_work_side_by_side() {
    let schema = earlier_schema().await;
    person(&schema, ALICE, '1').live().await;
    every_table_has_a_row(&schema).await;
    assert!(!migrate(schema.url()).await.unwrap().is_empty());

    let database = schema.patient_database(6);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let list = alice.get("/v1/conversations").await.expect(200);
    let conversation = list["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/conversations/{conversation}");
    let found = alice.get(&path).await.expect(200);
    assert_eq!(found["items"][1]["content"], "Another reply");
    alice.say(&conversation, "said through the new one").await;
    let queued = "select count(*) from purge_queue";
    assert_eq!(app.schema.value(queued).await, "1");

    // An instance of the earlier version lives on beside it.
    let other = person(&app.schema, OTHER, '2');
    other.live().await;
    work(&app.schema).await;
    let old = person(&app.schema, ALICE, '1');
    let seed = "'\\x1a0000000000000000000001'::bytea";
    old.append(&old.id('1'), seed, "'said through the old one'")
        .await;
    let provider = Provider::that(says(&["Better"]));
    let (_worker, namer) = workers(&app.schema, &provider);
    // A deleted conversation is reclaimed, by either version.
    let queued = "select (select count(*) from purge_queue) + (select count(*) from title_queue)
        + (select count(*) from jobs where kind = 8)";
    until(&app.schema, queued, 30, |count| count == 0).await;
    let named = "select count(*) from conversations where title = 'Better'";
    until(&app.schema, named, 30, |count| count >= 1).await;
    // Late work of the earlier version has no effect.
    let title = format!("{} | {} | 'Old'", other.owner, other.id('1'));
    other.run(statements::FINISH_TITLE, &title).await;
    let tombstones = "select count(*) from share_tombstones";
    assert_eq!(app.schema.value(tombstones).await, "2");

    let items = alice.get(&path).await.expect(200);
    assert_eq!(items["item_count"], 4);
    assert_eq!(items["items"][3]["content"], "said through the old one");
    for statement in statements::REMOVE {
        other
            .run(statement, &format!("{} | now()", other.owner))
            .await;
    }
    let left = format!(
        "select (select count(*) from conversations where owner_id = '{OTHER}')
            + (select count(*) from jobs where kind = 8)"
    );
    until(&app.schema, &left, 30, |count| count == 0).await;
    namer.abort();
    rows::assert_consistent(&app.schema).await;
    assert_eq!(alice.get("/auth/me").await.expect(200)["object"], "user");
}
