use super::PATH;
use crate::app::TestApp;
use domain::usage::{Allowance, Allowances};
use futures_util::future::join_all;
use serde_json::{Value, json};

#[tokio::test]
async fn absent_fields_stay_and_null_clears() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let profile = |about: Value, nickname: Value, style: Value| {
        json!({ "about": about, "nickname": nickname, "style": style,
            "instructions": null, "occupation": null })
    };
    let null = Value::Null;
    let steps = [
        (
            json!({ "profile": { "about": "a", "nickname": "n" }, "preferences": { "x": [1] } }),
            (
                profile(json!("a"), json!("n"), null.clone()),
                json!({ "x": [1] }),
                true,
            ),
        ),
        (
            json!({ "profile": { "nickname": null, "style": "friendly" } }),
            (
                profile(json!("a"), null.clone(), json!("friendly")),
                json!({ "x": [1] }),
                true,
            ),
        ),
        (
            json!({ "use_profile": false, "preferences": { "y": { "z": null } } }),
            (
                profile(json!("a"), null.clone(), json!("friendly")),
                json!({ "y": { "z": null } }),
                false,
            ),
        ),
        (
            json!({ "use_profile": null, "preferences": null }),
            (
                profile(json!("a"), null.clone(), json!("friendly")),
                json!({}),
                true,
            ),
        ),
        (
            json!({ "profile": null }),
            (
                profile(null.clone(), null.clone(), null.clone()),
                json!({}),
                false,
            ),
        ),
    ];
    for (change, (profile, preferences, used)) in steps {
        let changed = alice.patch(PATH, change.clone()).await.expect(200);
        assert_eq!(changed["profile"], profile, "{change}");
        assert_eq!(changed["preferences"], preferences, "{change}");
        assert_eq!(changed["use_profile"], used, "{change}");
        assert_eq!(alice.get(PATH).await.expect(200), changed);
    }
    assert_eq!(bob.get(PATH).await.expect(200)["profile"]["about"], null);
}

/// A fast but inexact reader of numbers changes the last digit of some of these, and cannot read the largest.
#[tokio::test]
async fn a_number_keeps_its_last_digit() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for number in [
        6.324757753620128e199,
        0.1 + 0.2,
        5e-324,
        -1.7e308,
        f64::MAX,
        f64::MIN_POSITIVE,
        9_007_199_254_740_993.0,
    ] {
        let change = json!({ "preferences": { "number": number } });
        let changed = alice.patch(PATH, change).await.expect(200);
        assert_eq!(changed["preferences"]["number"].as_f64(), Some(number));
        let read = alice.get(PATH).await.expect(200);
        assert_eq!(read["preferences"]["number"].as_f64(), Some(number));
    }
}

#[tokio::test]
async fn preferences_come_back_as_they_were_sent() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let send = async |path: &str, body: &str| {
        let request = alice.request(reqwest::Method::PATCH, path);
        let request = request.header("content-type", "application/json");
        alice.sent(request.body(body.to_owned())).await
    };
    let sent = r#"{"z":123456789012345678901234567890,"a":[1e300,1.50],"o":{"b":1,"a":"\u00e9"}}"#;
    let spaced = sent.replace(':', " : ").replace(',', ",\n ");
    for answer in [
        send(PATH, &format!(r#"{{"preferences": {spaced}}}"#)).await,
        alice.get(PATH).await,
        alice.get("/jan/v1/users/me/settings").await,
    ] {
        assert!(answer.text().contains(sent), "{}", answer.text());
        assert_eq!(answer.status, 200);
    }
    let jan = "/jan/v1/users/me/settings/preferences";
    send(jan, r#"{"preferences":{"n":0.10,"a":2.0}}"#)
        .await
        .expect(200);
    let merged =
        r#"{"z":123456789012345678901234567890,"a":2.0,"o":{"b":1,"a":"\u00e9"},"n":0.10}"#;
    let answer = alice.get(PATH).await;
    assert!(answer.text().contains(merged), "{}", answer.text());
}

#[tokio::test]
async fn merged_preferences_have_the_same_limit() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let jan = "/jan/v1/users/me/settings";
    let half = |name: &str| json!({ "preferences": { name: "x".repeat(32_000) } });
    alice.patch(jan, half("a")).await.expect(200);
    let before = alice.patch(jan, half("b")).await.expect(200);
    let third = json!({ "preferences": { "c": "x".repeat(1_600) }, "profile_settings": { "nick_name": "N" } });
    let answer = alice.patch(jan, third).await;
    assert_eq!(answer.json()["code"], "invalid_value");
    assert_eq!(answer.json()["param"], "preferences");
    assert_eq!(alice.get(jan).await.expect(200), before);
    alice.patch(jan, half("a")).await.expect(200);
}

/// Concurrent merges lose no field.
#[tokio::test]
async fn preferences_that_are_merged_at_once_are_all_kept() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let merges = (0..20).map(|number| {
        let body = json!({ "preferences": { format!("n{number}"): number } });
        let alice = alice.clone();
        async move {
            let jan = "/jan/v1/users/me/settings";
            alice.patch(jan, body).await.expect(200);
        }
    });
    join_all(merges).await;
    let found = alice.get(PATH).await.expect(200);
    assert_eq!(found["preferences"].as_object().unwrap().len(), 20);
}

#[tokio::test]
async fn a_mistake_is_named_and_refused() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let before = alice.get(PATH).await.expect(200);
    for (body, code, param) in [
        (json!({ "profil": {} }), "unknown_field", "profil"),
        (
            json!({ "profile": { "nick": "x" } }),
            "unknown_field",
            "profile.nick",
        ),
        (json!({ "profile": [] }), "invalid_type", "profile"),
        (
            json!({ "profile": { "style": "rude" } }),
            "invalid_value",
            "profile.style",
        ),
        (
            json!({ "profile": { "style": 1 } }),
            "invalid_type",
            "profile.style",
        ),
        (
            json!({ "profile": { "nickname": "x".repeat(101) } }),
            "invalid_value",
            "profile.nickname",
        ),
        (
            json!({ "profile": { "about": "x".repeat(8_001) } }),
            "invalid_value",
            "profile.about",
        ),
        (
            json!({ "profile": { "about": "\0" } }),
            "nul_character",
            "profile.about",
        ),
        (json!({ "preferences": [] }), "invalid_type", "preferences"),
        (
            json!({ "preferences": { "a": "x".repeat(65_536) } }),
            "invalid_value",
            "preferences",
        ),
        (
            json!({ "preferences": { "a": ["\0"] } }),
            "nul_character",
            "preferences",
        ),
        (
            json!({ "use_profile": "yes" }),
            "invalid_type",
            "use_profile",
        ),
    ] {
        alice.patch(PATH, body).await.refused(code, Some(param));
    }
    let twice = alice.request(reqwest::Method::PATCH, PATH);
    let twice = twice.header("content-type", "application/json");
    let twice = alice
        .sent(twice.body(r#"{"preferences":{"a":1,"a":2}}"#))
        .await;
    twice.refused("duplicate_field", Some("preferences.a"));
    assert_eq!(alice.get(PATH).await.expect(200), before);
}

#[tokio::test]
async fn the_longest_texts_fit_and_count_in_the_quota() {
    let account = Allowance {
        storage_bytes: Some(1_000_000),
        conversations: None,
        titles_per_day: None,
    };
    let allowances = Allowances {
        account,
        ..Allowances::NONE
    };
    let app = TestApp::spawn_allowing(allowances).await;
    let (ada, _) = app.account("ada@example.org").await;
    let long = "é".repeat(8_000);
    let body = json!({ "profile": { "about": long, "instructions": long },
        "preferences": { "a": "x".repeat(65_528) } });
    let changed = ada.patch(PATH, body).await.expect(200);
    assert_eq!(changed["profile"]["about"], long.as_str());
    ada.project("P").await;
    app.count_usage().await;
    let me = ada.get("/auth/me").await.expect(200);
    let bytes = me["usage"]["storage_bytes"].as_u64().unwrap();
    assert!((97_000..99_000).contains(&bytes), "{bytes}");
}
