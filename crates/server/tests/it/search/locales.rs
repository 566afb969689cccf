//! What is found does not depend on the locale of the database.

#[path = "../../../../domain/src/search/tests/corpus.rs"]
mod corpus;

use super::indexing::index_all;
use super::list::found;
use crate::app::TestApp;
use crate::db::{Schema, migrate};
use corpus::CORPUS;
use serde_json::json;

/// A locale, how a database gets it, and a query that says whether PostgreSQL has it.
const LOCALES: [(&str, &str, &str); 4] = [
    ("c", "locale 'C'", "select 1"),
    (
        "c_utf8",
        "locale 'C.UTF-8'",
        "select count(*) from pg_collation where collname = 'C.utf8'",
    ),
    (
        "de_utf8",
        "locale 'de_DE.UTF-8'",
        "select count(*) from pg_collation where collname = 'de_DE.utf8'",
    ),
    (
        "de_icu",
        "locale_provider icu icu_locale 'de-DE' locale 'C'",
        "select count(*) from pg_collation where collname = 'de-x-icu'",
    ),
];

#[tokio::test]
async fn each_query_of_the_corpus_finds_the_same_with_every_locale() {
    let cluster = Schema::empty().await;
    for (name, clause, has) in LOCALES {
        if cluster.value(has).await == "0" {
            println!("skipped {name}: this PostgreSQL does not have it");
            continue;
        }
        cluster
            .rows(&format!(
                "create database find_{name} template template0 encoding 'UTF8' {clause}"
            ))
            .await;
        let url = cluster
            .url()
            .replace("/postgres?", &format!("/find_{name}?"));
        let url = url.split("&options=").next().unwrap().to_owned();
        migrate(&url).await.unwrap();
        let schema = Schema::at(url);
        let database = schema.database(4);
        assert_corpus(&TestApp::serve(schema, database, |_| {}), name).await;
    }
}

async fn assert_corpus(app: &TestApp, locale: &str) {
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "T" })).await;
    let items: Vec<_> = CORPUS
        .iter()
        .map(|(text, ..)| json!({ "role": "user", "content": text }))
        .collect();
    let path = format!("/v1/conversations/{conversation}/items/batch");
    let stored = alice
        .post(&path, json!({ "items": items }))
        .await
        .expect(201);
    let ids = stored["data"].as_array().unwrap().iter();
    let ids: Vec<_> = ids
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    index_all(app).await;
    for ((text, has, has_not), id) in CORPUS.iter().zip(&ids) {
        let each = has.iter().map(|query| (query, true));
        for (query, is_hit) in each.chain(has_not.iter().map(|query| (query, false))) {
            let hits = found(&alice, query, "&limit=100").await;
            assert_eq!(hits.contains(id), is_hit, "{locale}: {query} in {text}");
        }
    }
}
