use crate::answer::Answer;
use crate::app::{Actor, PASSWORD, TestApp, limits};
use chrono::TimeDelta;
use domain::limits::{Rate, Rates};
use serde_json::{Value, json};

const PATH: &str = "/auth/password";
const NEW: &str = "another sentence is as easy";

async fn change(actor: &Actor, current: &str, new: &str) -> Answer {
    let body = json!({ "current_password": current, "new_password": new });
    actor.post(PATH, body).await
}

async fn login(app: &TestApp, password: &str) -> Answer {
    let body = json!({ "email": "ada@example.org", "password": password });
    app.anon().post("/auth/login", body).await
}

async fn refresh(app: &TestApp, session: &Value) -> Answer {
    let body = json!({ "refresh_token": session["refresh_token"] });
    app.anon().post("/auth/refresh-token", body).await
}

#[tokio::test]
async fn the_new_password_is_good_and_every_other_session_has_ended() {
    let app = TestApp::spawn().await;
    let (ada, here) = app.account("ada@example.org").await;
    let elsewhere = login(&app, PASSWORD).await.expect(200);
    let (_, of_guest) = app.guest().await;
    let key = ada.key("Mine").await;
    app.trail.names();
    change(&ada, PASSWORD, NEW).await.expect_nothing(204);
    assert_eq!(app.trail.names(), ["password_changed"]);
    let answer = refresh(&app, &elsewhere).await;
    answer.refused("refresh_token_invalid", None);
    refresh(&app, &here).await.expect(200);
    refresh(&app, &of_guest).await.expect(200);
    login(&app, PASSWORD).await.refused("sign_in_failed", None);
    login(&app, NEW).await.expect(200);
    // Access tokens live out their hour, and keys stay.
    app.holding(&elsewhere)
        .get("/v1/projects")
        .await
        .expect(200);
    let by_key = app.bearing(key["key"].as_str().map(str::to_owned));
    by_key.get("/v1/projects").await.expect(200);
    let answer = change(&by_key, NEW, PASSWORD).await;
    answer.refused("api_key_not_allowed", None);
    // However a keyboard spells it.
    change(
        &ada,
        "ａnother sentence is as easy",
        "pa\u{308}sswo\u{308}rter u\u{308}ben",
    )
    .await
    .expect_nothing(204);
    login(&app, "pässwörter üben").await.expect(200);
}

#[tokio::test]
async fn a_wrong_password_leaves_everything_unchanged() {
    let app = TestApp::spawn().await;
    let (ada, _) = app.account("ada@example.org").await;
    app.trail.names();
    let before = app.schema.contents().await;
    let answer = change(&ada, "not this one", NEW).await;
    answer.refused("password_wrong", Some("current_password"));
    assert_eq!(app.trail.names(), ["password_change_failed"]);
    for (current, new, code, param) in [
        ("", NEW, "invalid_value", "current_password"),
        ("with a \0", NEW, "nul_character", "current_password"),
        (PASSWORD, "seven77", "invalid_value", "new_password"),
        (PASSWORD, "        ", "invalid_value", "new_password"),
        (PASSWORD, "ada@example.org", "invalid_value", "new_password"),
        (PASSWORD, "with a \0 in it", "nul_character", "new_password"),
        (
            PASSWORD,
            &"é q7".repeat(65),
            "invalid_value",
            "new_password",
        ),
    ] {
        let answer = change(&ada, current, new).await;
        answer.refused(code, Some(param));
    }
    assert_eq!(app.schema.contents().await, before);
}

#[tokio::test]
async fn a_caller_without_an_account_has_no_password() {
    let app = TestApp::spawn().await;
    let (guest, _) = app.guest().await;
    for actor in [guest, app.alice()] {
        let answer = change(&actor, PASSWORD, NEW).await;
        answer.refused("not_an_account", None);
        assert_eq!(answer.header("x-should-retry"), "false");
    }
}

#[tokio::test]
async fn the_current_password_is_guessed_no_faster_than_at_sign_in() {
    let mut rates = Rates::NONE;
    rates.sign_in_to_account = Rate::parse("3/h");
    let app = TestApp::spawn_with(|parts| {
        parts.limits = limits(&rates, &parts.clock);
    })
    .await;
    let (ada, _) = app.account("ada@example.org").await;
    for _ in 0..2 {
        let answer = change(&ada, "not this one", NEW).await;
        answer.refused("password_wrong", Some("current_password"));
    }
    // A fault of the new password does not count as a guess.
    change(&ada, PASSWORD, "seven77")
        .await
        .refused("invalid_value", Some("new_password"));
    login(&app, "not this one")
        .await
        .refused("sign_in_failed", None);
    app.trail.names();
    change(&ada, PASSWORD, NEW)
        .await
        .refused("rate_limited", None);
    assert_eq!(app.trail.names(), ["sign_in_refused"]);
    app.clock.advance(TimeDelta::minutes(21));
    change(&ada, PASSWORD, NEW).await.expect_nothing(204);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let (ada, _) = app.account("ada@example.org").await;
    let (one, other) = tokio::join!(
        change(&ada, PASSWORD, "one sentence of two"),
        change(&ada, PASSWORD, "the other one of two")
    );
    let (made, refused, password) = match one.status {
        204 => (one, other, "one sentence of two"),
        _ => (other, one, "the other one of two"),
    };
    made.expect_nothing(204);
    refused.refused("password_wrong", Some("current_password"));
    login(&app, password).await.expect(200);
}

#[tokio::test]
async fn no_session_outlives_a_change_that_it_races() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    let (ada, here) = app.account("ada@example.org").await;
    let mut passwords = [PASSWORD, NEW];
    for _ in 0..6 {
        let elsewhere = login(&app, passwords[0]).await.expect(200);
        let (changed, refreshed, begun) = tokio::join!(
            change(&ada, passwords[0], passwords[1]),
            refresh(&app, &elsewhere),
            login(&app, passwords[0])
        );
        changed.expect_nothing(204);
        for session in [refreshed, begun] {
            if session.status == 200 {
                let answer = refresh(&app, &session.expect(200)).await;
                answer.refused("refresh_token_invalid", None);
            }
        }
        let own = app.session_of(&here);
        let listed = ada.get("/auth/sessions").await.expect(200);
        assert_eq!(listed["data"].as_array().unwrap().len(), 1);
        assert_eq!(listed["data"][0]["id"], own);
        passwords.reverse();
    }
}

/// The order in which it would go wrong, which chance alone seldom makes.
#[tokio::test]
async fn a_sign_in_during_a_change_of_password_needs_the_new_one() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    app.account("ada@example.org").await;
    let holder = app.schema.connected().await;
    // A change of password that is not committed yet; the hash fits no password.
    let hold = "begin; update accounts set password_hash = replace(password_hash, '$m', '$ m')";
    holder.batch_execute(hold).await.unwrap();
    let row = holder.query_one("select pg_backend_pid()", &[]).await;
    let pid: i32 = row.unwrap().get(0);
    let waiting =
        format!("select count(*) from pg_stat_activity where {pid} = any(pg_blocking_pids(pid))");
    let commit = async {
        crate::purge::until(&app.schema, &waiting, 4, |count| count == 1).await;
        holder.batch_execute("commit").await.unwrap();
    };
    let (answer, ()) = tokio::join!(login(&app, PASSWORD), commit);
    drop(holder);
    answer.refused("sign_in_failed", None);
    let sessions = "select count(*) from refresh_tokens";
    assert_eq!(app.schema.value(sessions).await, "1");
}
