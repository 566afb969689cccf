use crate::answer::masked;
use crate::app::{PASSWORD, SAFE_HASHER, TestApp, limits};
use crate::db::Schema;
use crate::process::Process;
use crate::proxy::{Proxy, Way};
use chrono::TimeDelta;
use domain::auth::SignupPolicy;
use domain::limits::{Rate, Rates};
use insta::assert_json_snapshot;
use serde_json::json;
use std::time::{Duration, Instant};

const PATH: &str = "/auth/register";

#[tokio::test]
async fn an_account_can_work_at_once() {
    let app = TestApp::spawn().await;
    let body = json!({ "email": " Ada@Example.org", "password": PASSWORD, "name": " Ada " });
    let answer = app.anon().post(PATH, body).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let session = answer.expect(201);
    let secrets = ["/access_token", "/refresh_token"].map(|path| (path, "(a secret)"));
    let shown = masked(masked(session.clone(), &secrets), &[("/user/id", "(id)")]);
    assert_json_snapshot!(shown, @r#"
    {
      "access_token": "(a secret)",
      "expires_in": 3600,
      "refresh_token": "(a secret)",
      "token_type": "Bearer",
      "user": {
        "created_at": "2025-12-23T10:00:00.000000Z",
        "email": "ada@example.org",
        "id": "(id)",
        "is_guest": false,
        "kind": "account",
        "name": "Ada",
        "object": "user"
      }
    }
    "#);
    app.holding(&session).conversation(json!({})).await;
}

#[tokio::test]
async fn an_address_is_taken_once_however_it_is_spelt() {
    let app = TestApp::spawn().await;
    app.account("ada@bücher.example").await;
    let before = app.schema.contents().await;
    for email in [
        "ada@bücher.example",
        "ADA@BÜCHER.example",
        "ada@xn--bcher-kva.example",
        "ａda@bu\u{308}cher.example ",
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = app.anon().post(PATH, body).await;
        answer.refused("email_taken", Some("email"));
        assert_eq!(answer.header("x-should-retry"), "false");
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn of_many_concurrent_requests_for_one_address_one_gets_it() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let anon = app.anon();
    let all = (0..10).map(|_| anon.post(PATH, body.clone()));
    let answers = futures_util::future::join_all(all).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(won, 1);
    for lost in answers.iter().filter(|answer| answer.status != 201) {
        lost.refused("email_taken", Some("email"));
    }
    assert_eq!(app.schema.value("select count(*) from users").await, "1");
}

#[tokio::test]
async fn a_field_that_breaks_a_rule_is_refused_by_name() {
    let app = TestApp::spawn().await;
    for (email, password, param) in [
        ("ada", PASSWORD, "email"),
        ("", PASSWORD, "email"),
        ("ada@example.org", "seven77", "password"),
        ("ada@example.org", "password1", "password"),
        ("ada@example.org", "PASSWORD1", "password"),
        ("ada@example.org", &"x".repeat(257), "password"),
        ("ada@example.org", "        ", "password"),
        ("ada@example.org", "aaaaaaaaaaaa", "password"),
        ("ada@example.org", "abcabcabcabc", "password"),
        ("ada@example.org", "qwertyuiopasdf", "password"),
        ("ada@example.org", "jan-conversations", "password"),
        ("ada@example.org", "Jan Conversations 2026!", "password"),
        ("lovelace@example.org", "Lovelace1815!", "password"),
    ] {
        let body = json!({ "email": email, "password": password });
        let answer = app.anon().post(PATH, body).await;
        answer.refused("invalid_value", Some(param));
        assert!(!answer.text().contains("password1"), "it is not said back");
    }
    let body = json!({ "email": "a@example.org", "password": PASSWORD, "name": " " });
    let answer = app.anon().post(PATH, body).await;
    answer.refused("invalid_value", Some("name"));
    assert_eq!(app.schema.value("select count(*) from users").await, "0");
}

#[tokio::test]
async fn an_address_that_looks_like_another_by_invisible_characters_is_refused() {
    let app = TestApp::spawn().await;
    app.account("ada@example.org").await;
    for email in [
        "a\u{200b}da@example.org",
        "\u{202e}ada@example.org",
        "a\u{ad}da@example.org",
        "ada\u{2060}@example.org",
        "ada\u{feff}@example.org",
        "ada\u{fe0f}@example.org",
        "ada\u{3164}@example.org",
        "ada\u{e0061}@example.org",
        "\u{2067}ada\u{2069}@example.org",
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = app.anon().post(PATH, body.clone()).await;
        answer.refused("invalid_value", Some("email"));
        let (guest, _) = app.guest().await;
        let answer = guest.post("/auth/upgrade", body.clone()).await;
        answer.refused("invalid_value", Some("email"));
        let answer = app.anon().post("/auth/login", body).await;
        answer.refused("sign_in_failed", None);
    }
    for email in ["éva@example.org", "андрей@example.org", "ada+x@example.org"] {
        app.account(email).await;
    }
}

#[tokio::test]
async fn a_password_that_repeats_the_address_is_refused() {
    let app = TestApp::spawn().await;
    for (email, password) in [
        ("ada.lovelace@example.org", "ada.lovelace@example.org"),
        ("ada.lovelace@example.org", "ADA.Lovelace@example.org "),
        ("Ada.Lovelace@example.org", "Ada.Lovelace"),
        ("ada.lovelace@example.org", "ａda.LOVELACE"),
        ("ada@bücher.example", "ada@bücher.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ] {
        let body = json!({ "email": email, "password": password });
        let answer = app.anon().post(PATH, body.clone()).await;
        answer.refused("invalid_value", Some("password"));
        assert!(!answer.text().contains(password), "it is not said back");
        let (guest, _) = app.guest().await;
        let answer = guest.post("/auth/upgrade", body).await;
        answer.refused("invalid_value", Some("password"));
    }
    let body = json!({ "email": "ada.lovelace@example.org", "password": "not ada.lovelace" });
    app.anon().post(PATH, body).await.expect(201);
}

#[tokio::test]
async fn a_password_has_8_to_256_characters_of_any_kind() {
    let app = TestApp::spawn().await;
    for (email, password) in [
        ("a@example.org", "q7 é日本語!"),
        ("b@example.org", &*"é q7nv0z".repeat(32)),
        ("c@example.org", "        x"),
    ] {
        let body = json!({ "email": email, "password": password });
        app.anon().post(PATH, body.clone()).await.expect(201);
        app.anon().post("/auth/login", body).await.expect(200);
    }
}

#[tokio::test]
async fn the_door_can_be_closed() {
    let closed = SignupPolicy {
        guest_login: true,
        registration: false,
    };
    let app = TestApp::spawn_with(|parts| parts.signup = closed).await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let answer = app.anon().post(PATH, body.clone()).await;
    answer.refused("registration_disabled", None);
    let answer = app.guest().await.0.post("/auth/upgrade", body).await;
    answer.refused("registration_disabled", None);
}

#[tokio::test]
async fn one_address_makes_only_so_many_accounts_upgrades_included() {
    let app = TestApp::spawn_limited(|rates| rates.registration = Rate::parse("2/h")).await;
    app.account("a@example.org").await;
    let (guest, _) = app.guest().await;
    let body = |email: &str| json!({ "email": email, "password": PASSWORD });
    guest
        .post("/auth/upgrade", body("b@example.org"))
        .await
        .expect(200);
    let answer = app.anon().post(PATH, body("c@example.org")).await;
    answer.refused("rate_limited", None);
    let (guest, _) = app.guest().await;
    let answer = guest.post("/auth/upgrade", body("c@example.org")).await;
    answer.refused("rate_limited", None);
}

#[tokio::test]
async fn a_refusal_because_of_neighbours_says_so_and_names_the_setting() {
    let app = TestApp::spawn_limited(|rates| rates.registration = Rate::parse("2/h")).await;
    for email in ["a@example.org", "b@example.org"] {
        app.account(email).await;
    }
    let body = json!({ "email": "c@example.org", "password": PASSWORD });
    let answer = app.anon().post(PATH, body.clone()).await;
    let message = answer.failure("rate_limited")["message"].to_string();
    for part in [
        "your network address",
        "others may share it",
        "(REGISTRATION_LIMIT)",
    ] {
        assert!(message.contains(part), "{message}");
    }
    // And when to come again is true.
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!(
        message.contains(&format!("Try again in {wait} seconds.")),
        "{message}"
    );
    app.clock.advance(TimeDelta::seconds(wait));
    app.anon().post(PATH, body).await.expect(201);
}

#[tokio::test]
async fn the_log_names_the_setting_that_lets_more_of_them_in() {
    let schema = Schema::migrated().await;
    let settings = [("REGISTRATION", "true"), ("REGISTRATION_LIMIT", "1/h")];
    let process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    for (email, status) in [("a@example.org", 201), ("b@example.org", 429)] {
        let body = json!({ "email": email, "password": PASSWORD });
        assert_eq!(process.anon().post(PATH, body).await.status, status);
    }
    let said = ["WARN", "REGISTRATION_LIMIT", "where people share it"];
    process.log.line_with(&said).await;
}

#[tokio::test]
async fn failures_of_the_server_count_for_no_limit() {
    let schema = Schema::migrated().await;
    let proxy = Proxy::to(&schema, Way::Open).await;
    let through = Schema::at(proxy.url().to_owned());
    let database = through.database(4);
    let rates = Rates {
        registration: Rate::parse("2/h"),
        guest: Rate::parse("2/h"),
        ..Rates::NONE
    };
    let app = TestApp::serve(schema, database, |parts| {
        parts.limits = limits(&rates, &parts.clock);
    });
    let (anon, (guest, _)) = (app.anon(), app.guest().await);
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    proxy.set(Way::Gone).await;
    let answers = tokio::join!(
        anon.post(PATH, body.clone()),
        guest.post("/auth/upgrade", body.clone()),
        anon.post("/auth/guest-login", json!({})),
    );
    for answer in [answers.0, answers.1, answers.2] {
        answer.refused("database_unavailable", None);
    }
    proxy.set(Way::Open).await;
    let deadline = Instant::now() + Duration::from_secs(60);
    while anon.get("/readyz").await.status != 200 {
        assert!(Instant::now() < deadline, "it does not recover");
    }
    app.account("ada@example.org").await;
    app.guest().await;
    let answer = anon.post("/auth/guest-login", json!({})).await;
    answer.refused("rate_limited", None);
    // Whether an address is taken cannot be asked without end.
    let answer = anon.post(PATH, body.clone()).await;
    answer.refused("email_taken", Some("email"));
    let answer = anon.post(PATH, body).await;
    answer.refused("rate_limited", None);
}

/// Everything that is stored, as one text.
async fn dump(app: &TestApp) -> String {
    let tables = "select table_name from information_schema.tables \
                  where table_schema = current_schema()";
    let mut dump = String::new();
    for table in app.schema.rows(tables).await {
        let table = table[0].clone().unwrap();
        let rows = format!("select t::text from \"{table}\" t");
        for row in app.schema.rows(&rows).await {
            dump.push_str(&row[0].clone().unwrap());
        }
    }
    dump
}

#[tokio::test]
async fn a_dump_of_the_database_holds_no_usable_password_token_or_key() {
    let app = TestApp::spawn_with(|parts| parts.hasher = SAFE_HASHER.clone()).await;
    let (ada, session) = app.account("ada@example.org").await;
    let key = ada.key("Mine").await;
    let dump = dump(&app).await;
    assert!(dump.contains("ada@example.org") && dump.contains("$argon2id$v=19$m=19456,t=2,p=1$"));
    for secret in [
        PASSWORD,
        session["access_token"].as_str().unwrap(),
        session["refresh_token"].as_str().unwrap(),
        key["key"].as_str().unwrap(),
    ] {
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!dump.contains(secret) && !dump.contains(&hexadecimal));
        let without_prefix = &secret[3..];
        assert!(!dump.contains(without_prefix));
    }
}
