use crate::answer::Answer;
use crate::app::TestApp;
use crate::shares::link;
use domain::limits::Rate;
use reqwest::Method;
use serde_json::json;

#[track_caller]
fn assert_safe(answer: &Answer) {
    for (name, value) in [
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert!(
        vary.iter().any(|v| v.to_str().unwrap().contains("Accept")),
        "{vary:?}"
    );
}

#[tokio::test]
async fn whatever_a_link_answers_is_kept_nowhere_framed_nowhere_and_indexed_nowhere() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    let path = link(&share);
    for format in [
        "",
        "?format=json",
        "?format=md",
        "?format=html",
        "?format=pdf",
        "?limit=0",
    ] {
        assert_safe(&app.anon().get(&format!("{path}{format}")).await);
    }
    assert_safe(&app.anon().call(Method::HEAD, &path).await);
    assert_safe(&app.anon().call(Method::PUT, &path).await);
    assert_safe(&app.anon().call(Method::POST, &format!("{path}/fork")).await);
    assert_safe(&app.anon().get("/conversations/share/nonsense").await);
    assert_safe(&app.anon().get("/conversations/share/%ff").await);
    alice
        .delete(&format!("/v1/shares/{share}"))
        .await
        .expect_nothing(204);
    assert_safe(&app.anon().get(&path).await);
}

/// A letter that is escaped leads to the same place, and so to the same headers.
#[tokio::test]
async fn an_address_with_escaped_letters_is_as_safe() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    for place in ["conversations/%73hare", "%63onversations/share"] {
        let answer = app.anon().get(&format!("/{place}/{share}")).await;
        assert_eq!(answer.status, 200);
        assert_safe(&answer);
    }
    let private = alice.get("/%76%31/shares").await;
    assert_eq!(private.status, 200);
    assert_eq!(private.header("cache-control"), "no-store");
    let login = app.anon().post("/%61uth/guest-login", json!({})).await;
    assert_eq!(login.status, 201);
    assert_eq!(login.header("cache-control"), "no-store");
    let wrong = app.anon().call(Method::PUT, "/%61uth/guest-login").await;
    wrong.refused("method_not_allowed", None);
}

#[tokio::test]
async fn visitors_of_one_address_are_limited_and_owners_are_not() {
    let app = TestApp::spawn_limited(|rates| rates.share = Rate::parse("5/m")).await;
    let alice = app.alice();
    let conversation = alice.conversation(json!({})).await;
    let share = alice.share(&conversation, json!({})).await;
    for _ in 0..3 {
        app.anon().get(&link(&share)).await.expect(200);
    }
    // Unknown names are counted, too.
    for guess in ["share_x", "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc"] {
        app.anon()
            .get(&link(guess))
            .await
            .refused("share_not_found", None);
    }
    let answer = app.anon().get(&link(&share)).await;
    answer.refused("rate_limited", None);
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=13).contains(&wait), "{wait}");
    let fork = format!("{}/fork", link(&share));
    alice
        .call(Method::POST, &fork)
        .await
        .refused("rate_limited", None);
    alice.get("/v1/shares").await.expect(200);
    app.clock.advance(chrono::TimeDelta::seconds(wait));
    app.anon().get(&link(&share)).await.expect(200);
}
