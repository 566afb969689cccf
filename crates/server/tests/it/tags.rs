//! Tags of objects: a client that has one is not sent it again, and of changes that expect the same
//! state only one is made.

use crate::answer::Answer;
use crate::app::{Actor, TestApp, id};
use crate::provider::{Provider, says};
use crate::repeats::keyed;
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::header::{HeaderMap, IF_NONE_MATCH};
use serde_json::{Value, json};

async fn known(actor: &Actor, path: &str, tags: &str) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(IF_NONE_MATCH, tags.parse().unwrap());
    actor.get_with(path, headers).await
}

async fn tag(actor: &Actor, path: &str) -> String {
    let answer = actor.get(path).await;
    answer.expect(200);
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 2, "{tag}");
    tag
}

/// A change in the state with this tag only.
async fn change(actor: &Actor, method: Method, path: &str, tag: &str, body: &Value) -> Answer {
    let request = actor.request(method, path).header("if-match", tag);
    actor.sent(request.json(body)).await
}

async fn remove(actor: &Actor, path: &str, tag: &str) -> Answer {
    let request = actor.request(Method::DELETE, path);
    actor.sent(request.header("if-match", tag)).await
}

fn stale(answer: &Answer) {
    answer.refused("precondition_failed", Some("If-Match"));
}

/// Changes of a conversation with two messages, one after the other.
fn changes(path: &str, [first, second]: [&str; 2], project: &str) -> Vec<(Method, String, Value)> {
    let item = format!("{path}/items/{first}");
    let message = json!({ "role": "user", "content": "x" });
    let organised = [
        json!({ "title": "T" }),
        json!({ "metadata": { "a": "b" } }),
        json!({ "pinned": true }),
        json!({ "archived": true }),
        json!({ "project_id": project }),
    ];
    let edit = json!({ "content": "other" });
    let of_items = [
        (Method::POST, format!("{path}/items"), message),
        (Method::PUT, format!("{item}/edit"), edit),
        // The clock stands still, and the text is as it was.
        (
            Method::POST,
            format!("{item}/versions/1/restore"),
            json!({}),
        ),
        (
            Method::DELETE,
            format!("{path}/items/{second}"),
            Value::Null,
        ),
    ];
    let organised = organised.map(|change| (Method::PATCH, path.to_owned(), change));
    let left = (
        Method::DELETE,
        format!("/v1/projects/{project}"),
        Value::Null,
    );
    of_items
        .into_iter()
        .chain(organised)
        .chain([left])
        .collect()
}

#[tokio::test]
async fn every_change_moves_the_tag_of_a_conversation() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let first = id(&alice.say(&conversation, "first").await);
    let second = id(&alice.say(&conversation, "second").await);
    let outline = format!("{path}?include_items=false");
    for (method, changed, body) in changes(&path, [&first, &second], &project) {
        let before = tag(&alice, &path).await;
        let answer = match &body {
            Value::Null => alice.call(method, &changed).await,
            body => alice.call_with(method, &changed, body).await,
        };
        assert!((200..300).contains(&answer.status), "{changed}");
        assert_eq!(known(&alice, &path, &before).await.status, 200, "{changed}");
        let now = tag(&alice, &path).await;
        assert_ne!(now, before, "{changed} {body:?}");
        assert_eq!(tag(&alice, &outline).await, now);
        for asked in [&path, &outline] {
            let again = known(&alice, asked, &now).await;
            assert_eq!((again.status, again.body.len()), (304, 0));
            assert_eq!(again.header("etag"), now);
            assert_eq!(again.header("cache-control"), "no-store");
        }
    }
}

#[tokio::test]
async fn a_known_tag_has_several_spellings_and_other_owners_gain_no_304() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let first = id(&alice.say(&conversation, "first").await);
    let now = tag(&alice, &path).await;
    // A request without an effect leaves it.
    let edit = format!("{path}/items/{first}/edit");
    let same = json!({ "content": "first" });
    alice.call_with(Method::PUT, &edit, &same).await.expect(200);
    alice.patch(&path, json!({})).await.expect(200);
    let bare = now.trim_matches('"');
    for (spelt, status) in [
        (format!("W/{now}"), 304),
        (format!("\"x\", {now}"), 304),
        (format!("\"{bare}-gzip\""), 304),
        ("*".to_owned(), 304),
        (bare.to_owned(), 200),
        ("\"x\"".to_owned(), 200),
    ] {
        assert_eq!(known(&alice, &path, &spelt).await.status, status, "{spelt}");
    }
    // For another owner it does not exist, also with the right tag.
    let title = json!({ "title": "B" });
    for tags in [now.as_str(), "*"] {
        for answer in [
            known(&app.bob(), &path, tags).await,
            change(&app.bob(), Method::PATCH, &path, tags, &title).await,
            remove(&app.bob(), &path, tags).await,
        ] {
            answer.refused("conversation_not_found", None);
        }
    }
}

#[tokio::test]
async fn an_append_refuses_no_rename_and_another_rename_does() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Old" })).await;
    let path = format!("/v1/conversations/{conversation}");
    let read = tag(&alice, &path).await;
    alice.say(&conversation, "meanwhile").await;
    let title = |title: &str| json!({ "title": title });
    let renamed = change(&alice, Method::PATCH, &path, &read, &title("New")).await;
    assert_eq!(renamed.expect(200)["title"], "New");
    let now = renamed.header("etag").to_owned();
    assert_eq!(now, tag(&alice, &path).await);
    let before = app.schema.contents().await;
    stale(&change(&alice, Method::PATCH, &path, &read, &title("Late")).await);
    stale(&change(&alice, Method::PATCH, &path, &read, &json!({})).await);
    stale(&remove(&alice, &path, &read).await);
    // A weak tag promises too little.
    for odd in [format!("W/{now}"), now.replace('"', ""), String::new()] {
        stale(&change(&alice, Method::PATCH, &path, &odd, &title("Odd")).await);
    }
    assert_eq!(app.schema.contents().await, before);
    let either = format!("{read}, {now}");
    let renamed = change(&alice, Method::PATCH, &path, &either, &title("Newer")).await;
    let now = renamed.header("etag").to_owned();
    renamed.expect(200);
    alice.say(&conversation, "and again").await;
    remove(&alice, &path, &now).await.expect_nothing(204);
    for tag in [now.as_str(), "*"] {
        let answer = remove(&alice, &path, tag).await;
        answer.refused("conversation_not_found", None);
    }
}

#[tokio::test]
async fn a_message_is_changed_in_the_version_that_was_read() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let message = json!({ "role": "user", "content": "one", "call_id": "c" });
    let made = alice.post(&items, message.clone()).await;
    let path = format!("{items}/{}", id(&made.expect(201)));
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(alice.post(&items, message).await.header("etag"), "\"1\"");
    assert_eq!(known(&alice, &path, "\"1\"").await.status, 304);
    let (edit, restore) = (format!("{path}/edit"), format!("{path}/versions/1/restore"));
    let text = |text: &str| json!({ "content": text });
    let edited = change(&alice, Method::PUT, &edit, "\"1\"", &text("two")).await;
    assert_eq!(
        (&edited.expect(200)["version"], edited.header("etag")),
        (&json!(2), "\"2\"")
    );
    let before = app.schema.contents().await;
    stale(&change(&alice, Method::PUT, &edit, "\"1\"", &text("two")).await);
    stale(&change(&alice, Method::POST, &restore, "\"1\"", &json!({})).await);
    stale(&remove(&alice, &path, "\"1\"").await);
    assert_eq!(app.schema.contents().await, before);
    // A repeat is answered, though the state has moved by the first attempt.
    for replayed in ["", "true"] {
        let request = alice.request(Method::POST, &restore);
        let request = request
            .header("if-match", "\"2\"")
            .header("idempotency-key", "r");
        let restored = alice.sent(request).await;
        assert_eq!(restored.expect(200)["version"], 3);
        assert_eq!(restored.header("idempotency-replayed"), replayed);
    }
    assert_eq!(known(&alice, &path, "\"2\"").await.status, 200);
    remove(&alice, &path, "\"3\"").await.expect_nothing(204);
    remove(&alice, &path, "\"3\"")
        .await
        .refused("item_not_found", None);
}

/// How many of these were made; the others found another state.
fn made(answers: &[Answer]) -> usize {
    for answer in answers.iter().filter(|answer| answer.status >= 300) {
        match answer.status {
            412 => stale(answer),
            // The winner has deleted it.
            status => assert_eq!(status, 404),
        }
    }
    answers.iter().filter(|answer| answer.status < 300).count()
}

#[tokio::test]
async fn of_twins_with_the_same_tag_one_wins() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let alice = app.alice();
    let project = format!("/v1/projects/{}", alice.project("P").await);
    let conversation = alice.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    let item = format!(
        "{path}/items/{}",
        id(&alice.say(&conversation, "one").await)
    );
    let edit = format!("{item}/edit");
    // Settings that were never set have a tag, too.
    let settings = "/v1/users/me/settings".to_owned();
    for round in 0..3 {
        for (method, read, changed, field) in [
            (Method::PATCH, &path, &path, "title"),
            (Method::PATCH, &project, &project, "description"),
            (Method::PUT, &item, &edit, "content"),
            (Method::PATCH, &settings, &settings, "profile"),
        ] {
            let tag = tag(&alice, read).await;
            let body = |twin: usize| match field {
                "profile" => json!({ field: { "nickname": format!("{round}.{twin}") } }),
                field => json!({ field: format!("{round}.{twin}") }),
            };
            let bodies: Vec<_> = (0..8).map(body).collect();
            let each = bodies
                .iter()
                .map(|body| change(&alice, method.clone(), changed, &tag, body));
            let answers = join_all(each).await;
            assert_eq!(made(&answers), 1, "{changed}");
            let winner = answers.iter().find(|answer| answer.status == 200).unwrap();
            let found = alice.get(read).await;
            assert_eq!(found.expect(200)[field], winner.json()[field]);
            assert!(!winner.header("etag").is_empty());
        }
    }
    // Equal texts are changes, too: one makes the version, and the others are late.
    let tag_of_item = tag(&alice, &item).await;
    let same = json!({ "content": "the same" });
    let twins = (0..8).map(|_| change(&alice, Method::PUT, &edit, &tag_of_item, &same));
    assert_eq!(made(&join_all(twins).await), 1);
    // Half delete, half change.
    for (read, changed, method, body) in [
        (&item, &edit, Method::PUT, json!({ "content": "late" })),
        (
            &project,
            &project,
            Method::PATCH,
            json!({ "title": "late" }),
        ),
        (&path, &path, Method::PATCH, json!({ "title": "late" })),
    ] {
        let tag = tag(&alice, read).await;
        let deletions = join_all((0..4).map(|_| remove(&alice, read, &tag)));
        let changes = (0..4).map(|_| change(&alice, method.clone(), changed, &tag, &body));
        let (mut answers, changes) = tokio::join!(deletions, join_all(changes));
        answers.extend(changes);
        assert_eq!(made(&answers), 1, "{read}");
    }
    crate::rows::assert_consistent(&app.schema).await;
}

#[tokio::test]
async fn a_conversation_that_joins_a_project_refuses_no_change_of_it() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let project = alice.project("P").await;
    let path = format!("/v1/projects/{project}");
    let read = tag(&alice, &path).await;
    alice.conversation(json!({ "project_id": project })).await;
    assert_ne!(tag(&alice, &path).await, read);
    assert_eq!(known(&alice, &path, &read).await.status, 200);
    let title = json!({ "title": "Q" });
    let changed = change(&alice, Method::PATCH, &path, &read, &title).await;
    changed.expect(200);
    let now = changed.header("etag").to_owned();
    stale(&change(&alice, Method::PATCH, &path, &read, &title).await);
    stale(&remove(&alice, &path, &read).await);
    remove(&alice, &path, &now).await.expect_nothing(204);
    remove(&alice, &path, &now)
        .await
        .refused("project_not_found", None);
}

#[tokio::test]
async fn settings_that_are_refused_stay_as_they_were() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let path = "/v1/users/me/settings";
    let empty = tag(&alice, path).await;
    assert_eq!(known(&alice, path, &empty).await.status, 304);
    let told = json!({ "profile": { "nickname": "Ada" }, "preferences": { "a": 1 } });
    change(&alice, Method::PATCH, path, &empty, &told)
        .await
        .expect(200);
    let before = app.schema.contents().await;
    stale(
        &change(
            &alice,
            Method::PATCH,
            path,
            &empty,
            &json!({ "profile": null }),
        )
        .await,
    );
    stale(&change(&alice, Method::PATCH, path, &empty, &json!({})).await);
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_link_that_is_known_is_a_view_all_the_same() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let item = id(&alice.say(&conversation, "shown").await);
    let share = alice.share(&conversation, json!({})).await;
    let anon = app.anon();
    for format in ["json", "html", "md"] {
        let path = format!("/conversations/share/{share}?format={format}");
        let first = anon.get(&path).await;
        assert_eq!(first.header("cache-control"), "private, no-cache");
        let read = first.header("etag").to_owned();
        let again = known(&anon, &path, &read).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{format}");
        assert_eq!(again.header("etag"), read);
        assert_eq!(again.header("cache-control"), "private, no-cache");
        assert_eq!(again.header("vary"), first.header("vary"));
        let edit = format!("/v1/conversations/{conversation}/items/{item}/edit");
        let text = json!({ "content": format!("shown as {format}") });
        alice.call_with(Method::PUT, &edit, &text).await.expect(200);
        let edited = known(&anon, &path, &read).await;
        assert_eq!(edited.status, 200, "{format}");
        assert_ne!(edited.header("etag"), read);
    }
    app.write_views().await;
    let shares = alice.get("/v1/shares").await.expect(200);
    assert_eq!(shares["data"][0]["view_count"], 9);
    let path = format!("/conversations/share/{share}?format=json");
    let read = anon.get(&path).await.header("etag").to_owned();
    alice
        .delete(&format!("/v1/shares/{share}"))
        .await
        .expect_nothing(204);
    known(&anon, &path, &read)
        .await
        .refused("share_ended", None);
}

/// The tag of an answer, which is that of the object as it is now.
async fn is_tagged(actor: &Actor, answer: &Answer, path: &str) {
    assert!((200..300).contains(&answer.status), "{}", answer.text());
    assert_eq!(answer.header("etag"), tag(actor, path).await, "{path}");
}

#[tokio::test]
async fn a_created_object_has_its_tag_also_when_the_request_is_repeated() {
    let provider = Provider::that(says(&["An answer."]));
    let app = TestApp::spawn_with(|parts| parts.provider = provider.connected()).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let items = format!("/v1/conversations/{conversation}/items");
    let question = id(&alice.say(&conversation, "question").await);
    let restore = format!("{items}/{question}/versions/1/restore");
    let message = json!({ "role": "user", "content": "x" });
    for (under, asked, body) in [
        (
            "/v1/conversations",
            "/v1/conversations",
            json!({ "title": "T" }),
        ),
        ("/v1/projects", "/v1/projects", json!({ "title": "P" })),
        // Before the message, which would take its place.
        (
            items.as_str(),
            &format!("{items}/{question}/regenerate"),
            json!({}),
        ),
        (items.as_str(), items.as_str(), message),
        (items.as_str(), restore.as_str(), json!({})),
    ] {
        for _ in 0..2 {
            let answer = keyed(&alice, asked, asked, &body).await;
            let made = format!("{under}/{}", id(&answer.json()));
            is_tagged(&alice, &answer, &made).await;
        }
    }
    // It is the tag of the shown object: the text as it is now.
    let edit = format!("{items}/{question}/edit");
    let other = json!({ "content": "other" });
    alice
        .call_with(Method::PUT, &edit, &other)
        .await
        .expect(200);
    let again = keyed(&alice, &restore, &restore, &json!({})).await;
    is_tagged(&alice, &again, &format!("{items}/{question}")).await;
}
