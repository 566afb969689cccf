//! The owners of external tokens.

use super::issuer::{Issuer, OTHER_RSA, RSA, accept, accepting};
use crate::app::{Actor, TestApp};
use crate::db::Schema;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn id(actor: &Actor) -> Value {
    actor.get("/auth/me").await.expect(200)["id"].clone()
}

#[tokio::test]
async fn one_subject_of_two_issuers_is_two_owners() {
    let (one, two) = (Issuer::with(&[&RSA]), Issuer::with(&[&RSA, &OTHER_RSA]));
    let settings = vec![one.settings(), two.settings()];
    let app = TestApp::spawn_with(|parts| accept(parts, settings)).await;
    let here = one.bearer(&app, &RSA, "ada");
    let there = two.bearer(&app, &OTHER_RSA, "ada");
    assert_ne!(id(&here).await, id(&there).await);
    assert_ne!(id(&here).await, id(&one.bearer(&app, &RSA, "bob")).await);
    let conversation = here.conversation(json!({})).await;
    let path = format!("/v1/conversations/{conversation}");
    there
        .get(&path)
        .await
        .refused("conversation_not_found", None);
    // Another token of the same person is of the same owner.
    app.clock.advance(TimeDelta::seconds(600));
    one.bearer(&app, &RSA, "ada").get(&path).await.expect(200);
    // This issuer does not have the other issuer's key.
    one.bearer(&app, &OTHER_RSA, "ada")
        .get(&path)
        .await
        .refused("token_invalid", None);
}

/// Deployments depend on it: with another id, everybody would lose their conversations.
#[tokio::test]
async fn an_owners_id_never_changes() {
    let issuer = Issuer::with(&[&RSA]);
    let keys = format!("{}/keys", issuer.url());
    let settings = infra::security::IssuerSettings::new("https://id.example/realms/jan", "jan");
    let settings = settings.unwrap().with_keys_at(&keys).unwrap();
    let app = TestApp::spawn_with(|parts| accept(parts, vec![settings])).await;
    let mut claims = issuer.claims(&app, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    claims["iss"] = "https://id.example/realms/jan".into();
    let ada = app.bearing(Some(RSA.sign(&RSA.header(), &claims)));
    assert_eq!(id(&ada).await, "user_0ETHQPMWWJ4KGFD65FQWER1Q22");
}

#[tokio::test]
async fn the_token_tells_who_its_holder_is() {
    let (app, issuer) = accepting(&RSA).await;
    for (claims, name, email, is_guest) in [
        (json!({}), Value::Null, Value::Null, false),
        (
            json!({ "name": "Ada", "preferred_username": "al", "email": "Ada@example.org" }),
            json!("Ada"),
            json!("Ada@example.org"),
            false,
        ),
        (
            json!({ "preferred_username": "guest-7", "guest": true }),
            json!("guest-7"),
            Value::Null,
            true,
        ),
        (json!({ "guest": "true" }), Value::Null, Value::Null, true),
        (
            json!({ "realm_access": { "roles": ["x", "guest"] } }),
            Value::Null,
            Value::Null,
            true,
        ),
        (
            json!({ "realm_access": { "roles": ["user"] }, "guest": false }),
            Value::Null,
            Value::Null,
            false,
        ),
    ] {
        let mut all = issuer.claims(&app, "ada");
        all.as_object_mut()
            .unwrap()
            .extend(claims.as_object().unwrap().clone());
        let me = app
            .bearing(Some(RSA.sign(&RSA.header(), &all)))
            .get("/auth/me")
            .await;
        let me = me.expect(200);
        assert_eq!(me["kind"], "external");
        assert_eq!((&me["name"], &me["email"]), (&name, &email), "{claims}");
        assert_eq!(me["is_guest"], is_guest, "{claims}");
    }
    let (guest, _) = app.guest().await;
    assert_eq!(guest.get("/auth/me").await.expect(200)["is_guest"], true);
}

#[tokio::test]
async fn a_local_account_and_an_external_owner_are_separate() {
    let (app, issuer) = accepting(&RSA).await;
    let mut claims = issuer.claims(&app, "ada");
    claims["email"] = "ada@example.org".into();
    let external = app.bearing(Some(RSA.sign(&RSA.header(), &claims)));
    let theirs = external.conversation(json!({})).await;
    let (local, session) = app.account("ada@example.org").await;
    assert_ne!(id(&external).await, id(&local).await);
    let path = format!("/v1/conversations/{theirs}");
    local
        .get(&path)
        .await
        .refused("conversation_not_found", None);
    // A subject that looks like an id of this service is only a subject.
    let own = session["user"]["id"].as_str().unwrap();
    assert_ne!(id(&issuer.bearer(&app, &RSA, own)).await, own);
    // Operations for accounts are not for them.
    let upgrade = json!({ "email": "eve@example.org", "password": crate::app::PASSWORD });
    external
        .post("/auth/upgrade", upgrade)
        .await
        .refused("not_a_guest", None);
    let change = json!({ "current_password": crate::app::PASSWORD, "new_password": "another long sentence" });
    external
        .post("/auth/password", change)
        .await
        .refused("not_an_account", None);
    let sessions = external.get("/auth/sessions").await.expect(200);
    assert_eq!(sessions["data"], json!([]));
}

#[tokio::test]
async fn headers_that_name_a_user_have_no_effect() {
    let (app, issuer) = accepting(&RSA).await;
    let ada = issuer.bearer(&app, &RSA, "ada");
    let bob = id(&issuer.bearer(&app, &RSA, "bob")).await;
    for actor in [ada.clone(), app.anon()] {
        for name in [
            "X-User-ID",
            "X-User-Subject",
            "X-Gateway-Auth",
            "X-Auth-Method",
            "X-User-Email",
        ] {
            let request = actor.request(Method::GET, "/auth/me").header(name, "bob");
            let answer = actor.sent(request.header("X-User-ID", "bob")).await;
            match actor.token.is_some() {
                true => assert_ne!(answer.expect(200)["id"], bob),
                false => answer.refused("token_missing", None),
            }
        }
    }
}

#[tokio::test]
async fn an_external_owner_may_have_keys() {
    let (app, issuer) = accepting(&RSA).await;
    let ada = issuer.bearer(&app, &RSA, "ada");
    let key = ada.key("Mine").await["key"].as_str().unwrap().to_owned();
    let by_key = app.bearing(Some(key));
    assert_eq!(id(&by_key).await, id(&ada).await);
    ada.delete("/auth/me").await.expect_nothing(204);
    by_key
        .get("/auth/me")
        .await
        .refused("api_key_invalid", None);
}

#[tokio::test]
async fn a_removed_user_comes_back_with_an_empty_account() {
    let schema = Schema::migrated().await;
    let twin = Schema::at(schema.url().to_owned());
    let issuer = Issuer::with(&[&RSA]);
    let clock = std::sync::Arc::new(crate::clock::PinnedClock::new());
    let (one, two) = (schema.patient_database(4), twin.patient_database(4));
    let settings = issuer.settings();
    let app = TestApp::serve_at(clock.clone(), schema, one, |parts| {
        accept(parts, vec![settings])
    });
    let mut ids = Vec::new();
    for _ in 0..3 {
        let before = issuer.bearer(&app, &RSA, "ada");
        ids.push(id(&before).await);
        let conversation = before.conversation(json!({})).await;
        let brought = issuer.bearer(&app, &RSA, "ada");
        before.delete("/auth/me").await.expect_nothing(204);
        // A token from before the removal belongs to the removed owner, however long it is valid.
        for gone in [&before, &brought, &issuer.bearer(&app, &RSA, "ada")] {
            gone.get("/auth/me").await.refused("token_invalid", None);
            gone.delete("/auth/me").await.refused("token_invalid", None);
        }
        app.clock.advance(TimeDelta::seconds(1));
        let after = issuer.bearer(&app, &RSA, "ada");
        let path = format!("/v1/conversations/{conversation}");
        after
            .get(&path)
            .await
            .refused("conversation_not_found", None);
        let list = after.get("/v1/conversations").await.expect(200);
        assert_eq!(list["data"], json!([]));
        before.get("/auth/me").await.refused("token_invalid", None);
    }
    // Another instance knows, from the first request on.
    let settings = issuer.settings();
    let elsewhere = TestApp::serve_at(clock, twin, two, |parts| accept(parts, vec![settings]));
    let after = issuer.bearer(&elsewhere, &RSA, "ada");
    ids.push(id(&after).await);
    after.conversation(json!({})).await;
    let mut all = ids.clone();
    all.dedup();
    assert_eq!(all.len(), 4, "{ids:?}");
}

#[tokio::test]
async fn a_removal_is_known_after_an_instance_was_cut_off_for_long() {
    let schema = Schema::migrated().await;
    let twin = Schema::at(schema.url().to_owned());
    let issuer = Issuer::with(&[&RSA]);
    let clock = std::sync::Arc::new(crate::clock::PinnedClock::new());
    let (one, two) = (schema.patient_database(4), twin.patient_database(4));
    let (here, there) = (issuer.settings(), issuer.settings());
    let app = TestApp::serve_at(clock.clone(), schema, one, |parts| {
        accept(parts, vec![here])
    });
    let other = TestApp::serve_at(clock.clone(), twin, two, |parts| accept(parts, vec![there]));
    let mut claims = issuer.claims(&app, "ada");
    claims["exp"] = (claims["iat"].as_i64().unwrap() + 20 * 3_600).into();
    let token = Some(RSA.sign(&RSA.header(), &claims));
    let (ada, elsewhere) = (app.bearing(token.clone()), other.bearing(token));
    let before = id(&elsewhere).await;
    ada.delete("/auth/me").await.expect_nothing(204);
    // It looks for removals next when three hours have passed.
    clock.advance(TimeDelta::hours(3));
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = elsewhere.get("/auth/me").await;
        if answer.status == 401 {
            return answer.refused("token_invalid", None);
        }
        assert_eq!(answer.expect(200)["id"], before);
        assert!(Instant::now() < deadline, "the removal was missed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_token_of_an_issuer_whose_clock_is_ahead_does_not_outlive_its_owner() {
    let (app, issuer) = accepting(&RSA).await;
    let mut claims = issuer.claims(&app, "ada");
    claims["iat"] = (claims["iat"].as_i64().unwrap() + 30).into();
    let ada = app.bearing(Some(RSA.sign(&RSA.header(), &claims)));
    ada.delete("/auth/me").await.expect_nothing(204);
    ada.get("/auth/me").await.refused("token_invalid", None);
    claims["iat"] = (claims["iat"].as_i64().unwrap() + 1).into();
    let later = app.bearing(Some(RSA.sign(&RSA.header(), &claims)));
    later.get("/auth/me").await.expect(200);
}
