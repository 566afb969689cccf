use crate::app::{PASSWORD, TestApp};
use serde_json::json;

const PATH: &str = "/auth/upgrade";

#[tokio::test]
async fn a_guest_keeps_everything() {
    let app = TestApp::spawn().await;
    let (guest, before) = app.guest().await;
    let conversation = guest.conversation(json!({ "title": "Mine" })).await;
    let body = json!({ "email": "Ada@example.org", "password": PASSWORD });
    let session = guest.post(PATH, body.clone()).await.expect(200);
    assert_eq!(session["user"]["id"], before["user"]["id"]);
    assert_eq!(session["user"]["created_at"], before["user"]["created_at"]);
    assert_eq!(session["user"]["kind"], "account");
    assert_eq!(session["user"]["email"], "ada@example.org");
    let signed_in = app.anon().post("/auth/login", body).await.expect(200);
    let path = format!("/v1/conversations/{conversation}");
    for caller in [guest, app.holding(&session), app.holding(&signed_in)] {
        caller.get(&path).await.expect(200);
    }
    // The session from before goes on, as that of the account.
    let body = json!({ "refresh_token": before["refresh_token"] });
    let next = app.anon().post("/auth/refresh-token", body).await;
    assert_eq!(next.expect(200)["user"], session["user"]);
}

#[tokio::test]
async fn only_a_guest_can_be_upgraded() {
    let app = TestApp::spawn().await;
    let (ada, _) = app.account("ada@example.org").await;
    let body = json!({ "email": "other@example.org", "password": PASSWORD });
    for caller in [ada, app.alice()] {
        let answer = caller.post(PATH, body.clone()).await;
        answer.refused("not_a_guest", None);
    }
    let (guest, _) = app.guest().await;
    guest.post(PATH, body.clone()).await.expect(200);
    let again = guest.post(PATH, body).await;
    again.refused("not_a_guest", None);
}

#[tokio::test]
async fn a_taken_address_is_refused_without_being_called_taken() {
    let app = TestApp::spawn().await;
    app.account("ada@example.org").await;
    let (guest, _) = app.guest().await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let answer = guest.post(PATH, body).await;
    answer.refused("upgrade_refused", None);
    for word in ["taken", "exists"] {
        assert!(!answer.text().contains(word), "{}", answer.text());
    }
    // The guest is unchanged.
    let me = guest.get("/auth/me").await.expect(200);
    assert_eq!(me["kind"], "guest");
    let body = json!({ "email": "new@example.org", "password": PASSWORD });
    guest.post(PATH, body).await.expect(200);
}

#[tokio::test]
async fn of_two_upgrades_at_once_one_wins() {
    let app = TestApp::spawn_with(|parts| parts.workers = Some(2)).await;
    for number in 0..5 {
        let (guest, _) = app.guest().await;
        let body = |which| {
            let email = format!("{which}{number}@example.org");
            json!({ "email": email, "password": PASSWORD })
        };
        let (one, other) = tokio::join!(guest.post(PATH, body("a")), guest.post(PATH, body("b")));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
    let addresses = "select count(*) from email_addresses";
    assert_eq!(app.schema.value(addresses).await, "5");
}
