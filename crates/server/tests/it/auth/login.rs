use crate::app::{PASSWORD, SAFE_HASHER, TestApp};
use domain::admission::Caller;
use domain::auth::{Password, PasswordHash, PasswordHasher};
use domain::error::Result;
use serde_json::json;
use std::sync::{Arc, Mutex};

const PATH: &str = "/auth/login";

#[tokio::test]
async fn the_right_password_begins_a_session() {
    let app = TestApp::spawn().await;
    let (ada, made) = app.account("ada@example.org").await;
    let conversation = ada.conversation(json!({ "title": "Mine" })).await;
    let body = json!({ "email": "ADA@example.org ", "password": PASSWORD });
    let session = app.anon().post(PATH, body).await.expect(200);
    assert_eq!(session["user"], made["user"]);
    let path = format!("/v1/conversations/{conversation}");
    app.holding(&session).get(&path).await.expect(200);
    // Both sessions live.
    for session in [made, session] {
        let body = json!({ "refresh_token": session["refresh_token"] });
        let next = app.anon().post("/auth/refresh-token", body).await;
        assert_eq!(next.expect(200)["user"]["kind"], "account");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_answer_the_same() {
    let app = TestApp::spawn().await;
    app.account("ada@example.org").await;
    let attempt = async |email: &str, password: &str| {
        let anon = app.anon();
        let request = anon.request(reqwest::Method::POST, PATH);
        let request = request.header("x-request-id", "the-same");
        let body = json!({ "email": email, "password": password });
        anon.sent(request.json(&body)).await
    };
    let wrong = attempt("ada@example.org", "something else").await;
    wrong.refused("sign_in_failed", None);
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
    for (email, password) in [
        ("nobody@example.org", PASSWORD),
        ("nobody@example.org", "x"),
        ("ada@example.org", "x"),
        ("ada@example.org", &PASSWORD.to_uppercase()),
        ("ada@example.org", &format!("{PASSWORD} ")),
    ] {
        let other = attempt(email, password).await;
        assert_eq!((other.status, other.text()), (wrong.status, wrong.text()));
        assert_eq!(other.headers.len(), wrong.headers.len());
    }
}

/// Notes which hashes are computed or compared with, and how costly they are.
struct Watched(Mutex<Vec<String>>);

impl Watched {
    fn note(&self, what: &str, hash: &PasswordHash) {
        let costs = hash.0.rsplitn(3, '$').nth(2).unwrap();
        self.0.lock().unwrap().push(format!("{what} {costs}"));
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[async_trait::async_trait]
impl PasswordHasher for Watched {
    async fn hash(&self, caller: Caller, password: Password) -> Result<PasswordHash> {
        let hash = SAFE_HASHER.hash(caller, password).await?;
        self.note("hash", &hash);
        Ok(hash)
    }

    async fn verify(&self, caller: Caller, password: Password, hash: PasswordHash) -> Result<bool> {
        self.note("verify", &hash);
        SAFE_HASHER.verify(caller, password, hash).await
    }

    fn decoy(&self) -> PasswordHash {
        SAFE_HASHER.decoy()
    }
}

#[tokio::test]
async fn the_same_work_is_done_for_known_and_unknown_addresses() {
    let watched = Arc::new(Watched(Mutex::default()));
    let app = TestApp::spawn_with(|parts| parts.hasher = watched.clone()).await;
    app.account("ada@example.org").await;
    assert_eq!(watched.seen(), ["hash $argon2id$v=19$m=19456,t=2,p=1"]);
    for (email, password) in [
        ("ada@example.org", PASSWORD),
        ("ada@example.org", "something else"),
        ("nobody@example.org", PASSWORD),
        ("nobody@example.org", "something else"),
    ] {
        let body = json!({ "email": email, "password": password });
        app.anon().post(PATH, body).await;
        let work = watched.seen();
        assert_eq!(work, ["verify $argon2id$v=19$m=19456,t=2,p=1"], "{email}");
    }
    // The same goes for the upgrade of a guest.
    for email in ["ada@example.org", "new@example.org"] {
        let body = json!({ "email": email, "password": PASSWORD });
        app.guest().await.0.post("/auth/upgrade", body).await;
        assert_eq!(watched.seen(), ["hash $argon2id$v=19$m=19456,t=2,p=1"]);
    }
}

#[tokio::test]
async fn malformed_credentials_are_refused_by_their_form_whether_or_not_the_account_exists() {
    let app = TestApp::spawn().await;
    for (email, password, param) in [
        ("ada", "x", "email"),
        ("ada@example.org", "", "password"),
        ("ada@example.org", &"x".repeat(257), "password"),
    ] {
        let body = json!({ "email": email, "password": password });
        let answer = app.anon().post(PATH, body).await;
        answer.refused("invalid_value", Some(param));
    }
}

#[tokio::test]
async fn an_address_that_could_be_had_before_goes_on() {
    let app = TestApp::spawn().await;
    app.account("ada@example.org").await;
    for table in ["accounts", "email_addresses"] {
        let spelt = format!("update {table} set email = U&'a\\200bda@example.org'");
        app.schema.rows(&spelt).await;
    }
    let body = json!({ "email": "A\u{200b}da@example.org", "password": PASSWORD });
    let session = app.anon().post(PATH, body).await.expect(200);
    let me = app.holding(&session).get("/auth/me").await.expect(200);
    assert_eq!(me["email"], "a\u{200b}da@example.org");
}
