//! When a link ends, and how long that is known.

use super::{link, message, share_item, writable};
use crate::app::{Actor, TestApp};
use crate::purge::{Worker, until};
use crate::rows;
use chrono::TimeDelta;
use serde_json::json;

/// A month in which a link that ended is told from one that never was.
const REMEMBERED: TimeDelta = TimeDelta::days(30);

const ROWS: &str = "select (select count(*) from shares) + (select count(*) from share_digests)";

async fn conversation(alice: &Actor) -> (String, String) {
    let conversation = alice.conversation(json!({})).await;
    let item = message(alice, &conversation, "user", "hello").await;
    (conversation, item)
}

#[tokio::test]
async fn a_link_ends_to_the_second_and_is_forgotten_after_30_days() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (conversation, _) = conversation(&alice).await;
    let share = alice
        .share(&conversation, json!({ "expires_in": 60 }))
        .await;
    let path = link(&share);
    app.clock.advance(TimeDelta::microseconds(59_999_999));
    app.anon().get(&path).await.expect(200);
    app.clock.advance(TimeDelta::microseconds(1));
    app.anon().get(&path).await.refused("share_ended", None);
    app.clock.advance(REMEMBERED - TimeDelta::microseconds(1));
    app.anon().get(&path).await.refused("share_ended", None);
    app.clock.advance(TimeDelta::microseconds(1));
    app.anon().get(&path).await.refused("share_not_found", None);
}

#[tokio::test]
async fn whatever_ends_a_link_ends_all_that_can_be_done_with_it() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    for end in ["revoked", "expired", "conversation", "bulk", "message"] {
        let (conversation, item) = conversation(&alice).await;
        let share = match end {
            "message" => share_item(&alice, &conversation, &item, json!({})).await,
            _ => {
                let body = json!({ "expires_in": 3_600, "read_only": false });
                alice.share(&conversation, body).await
            }
        };
        app.anon().get(&link(&share)).await.expect(200);
        let path = format!("/v1/conversations/{conversation}");
        match end {
            "revoked" => alice
                .delete(&format!("/v1/shares/{share}"))
                .await
                .expect_nothing(204),
            "expired" => app.clock.advance(TimeDelta::hours(1)),
            "conversation" => alice.delete(&path).await.expect_nothing(204),
            "bulk" => {
                let body = json!({ "conversation_ids": [conversation] });
                let answer = alice.post("/v1/conversations/bulk-delete", body).await;
                assert_eq!(answer.expect(200)["deleted_count"], 1);
            }
            _ => {
                let item = format!("{path}/items/{item}");
                alice.delete(&item).await.expect_nothing(204);
            }
        }
        println!("{end}");
        let page = format!("{}?after=seq_0", link(&share));
        app.anon().get(&page).await.refused("share_ended", None);
        for actor in [app.anon(), bob.clone(), alice.clone()] {
            actor.get(&link(&share)).await.refused("share_ended", None);
        }
        let add = format!("{}/items", link(&share));
        let answer = bob.post(&add, json!({ "content": "x" })).await;
        answer.refused("share_ended", None);
        let fork = format!("{}/fork", link(&share));
        let answer = bob.post(&fork, json!({})).await;
        answer.refused("share_ended", None);
    }
    rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_link_ends_while_a_reader_is_paging() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (conversation, _) = conversation(&alice).await;
    rows::items(&app.schema, &conversation, 5, "'m' || n").await;
    let share = alice.share(&conversation, json!({})).await;
    let first = format!("{}?limit=2", link(&share));
    let page = app.anon().get(&first).await.expect(200);
    let next = page["next_after"].as_str().unwrap();
    let next = format!("{first}&after={next}");
    app.anon().get(&next).await.expect(200);
    let revoke = format!("/v1/conversations/{conversation}/share/{share}");
    alice.delete(&revoke).await.expect_nothing(204);
    app.anon().get(&next).await.refused("share_ended", None);
}

#[tokio::test]
async fn links_of_a_deleted_conversation_become_tombstones_without_data() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (conversation, item) = conversation(&alice).await;
    let one = alice
        .share(&conversation, json!({ "expires_in": 60 }))
        .await;
    let other = share_item(&alice, &conversation, &item, json!({})).await;
    app.clock.advance(TimeDelta::hours(1));
    let path = format!("/v1/conversations/{conversation}");
    app.alice().delete(&path).await.expect_nothing(204);
    let worker = Worker::by(&app.schema, app.clock.clone());
    until(&app.schema, ROWS, 20, |rows| rows == 0).await;
    drop(worker);
    let columns = "select string_agg(column_name, ',' order by column_name) \
                   from information_schema.columns where table_schema = current_schema() \
                   and table_name = 'share_tombstones'";
    assert_eq!(app.schema.value(columns).await, "digest,ended_at");
    for share in [&one, &other] {
        app.anon()
            .get(&link(share))
            .await
            .refused("share_ended", None);
    }
    // The one that had expired before is forgotten an hour earlier.
    app.clock.advance(REMEMBERED - TimeDelta::minutes(30));
    app.anon()
        .get(&link(&one))
        .await
        .refused("share_not_found", None);
    app.anon()
        .get(&link(&other))
        .await
        .refused("share_ended", None);
    app.clock.advance(TimeDelta::minutes(30));
    app.anon()
        .get(&link(&other))
        .await
        .refused("share_not_found", None);
}

#[tokio::test]
async fn the_background_work_deletes_links_that_ended_30_days_ago_and_keeps_the_rest() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let (conversation, _) = conversation(&alice).await;
    // The worker goes by the system's clock, for which all of this was long ago.
    let revoked = alice.share(&conversation, json!({})).await;
    alice
        .delete(&format!("/v1/shares/{revoked}"))
        .await
        .expect_nothing(204);
    alice
        .share(&conversation, json!({ "expires_in": 60 }))
        .await;
    let kept = alice.share(&conversation, json!({})).await;
    let recent = alice.share(&conversation, json!({})).await;
    let revoke = format!(
        "update shares set revoked_at = now() - interval '29 days' where share_id = '{recent}'"
    );
    app.schema.rows(&revoke).await;
    let tombstones = "insert into share_tombstones values \
                      (sha256('old'), now() - interval '31 days'), \
                      (sha256('new'), now() - interval '29 days')";
    app.schema.rows(tombstones).await;
    let _worker = Worker::start(&app.schema);
    until(&app.schema, ROWS, 20, |rows| rows == 4).await;
    let tombstones = "select count(*) from share_tombstones";
    until(&app.schema, tombstones, 20, |rows| rows == 1).await;
    app.anon().get(&link(&kept)).await.expect(200);
    app.anon()
        .get(&link(&recent))
        .await
        .refused("share_ended", None);
}

#[tokio::test]
async fn a_message_that_is_shared_and_deleted_at_once_leaves_no_link_that_lives() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for _ in 0..20 {
        let (conversation, item) = conversation(&alice).await;
        let path = format!("/v1/conversations/{conversation}/items/{item}");
        let share_path = format!("{path}/share");
        let (shared, deleted) =
            futures_util::future::join(alice.post(&share_path, json!({})), alice.delete(&path))
                .await;
        deleted.expect_nothing(204);
        if shared.status != 201 {
            shared.refused("item_not_found", None);
        }
    }
    let alive = "select count(*) from shares where revoked_at is null";
    assert_eq!(app.schema.value(alive).await, "0");
}

#[tokio::test]
async fn links_of_a_removed_owner_end_at_once_and_removed_owners_cannot_use_links() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let (conversation, _) = conversation(&alice).await;
    let share = writable(&alice, &conversation).await;
    let remove = async |owner: u128| {
        let removed = format!("insert into removed_owners values ('{owner:032x}', now(), null)");
        app.schema.rows(&removed).await;
    };
    // Until the instance knows that the token's owner is removed.
    remove(0xB0B).await;
    let fork = format!("{}/fork", link(&share));
    bob.post(&fork, json!({}))
        .await
        .refused("token_invalid", None);
    let add = format!("{}/items", link(&share));
    bob.post(&add, json!({ "content": "x" }))
        .await
        .refused("token_invalid", None);
    let stored = "select count(*) from items";
    assert_eq!(app.schema.value(stored).await, "1");

    app.anon().get(&link(&share)).await.expect(200);
    remove(0xA11CE).await;
    app.anon()
        .get(&link(&share))
        .await
        .refused("share_ended", None);
    let path = format!("/v1/conversations/{conversation}/share");
    alice
        .post(&path, json!({}))
        .await
        .refused("token_invalid", None);
}
