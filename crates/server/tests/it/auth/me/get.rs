use crate::app::{Actor, TestApp};
use serde_json::{Value, json};

#[tokio::test]
async fn every_caller_learns_who_they_are() {
    let app = TestApp::spawn().await;
    let (guest, session) = app.guest().await;
    assert_eq!(without_usage(&guest).await, session["user"]);
    let (ada, session) = app.account("ada@example.org").await;
    assert_eq!(without_usage(&ada).await, session["user"]);
    let alice = app.alice().get("/auth/me").await.expect(200);
    assert_eq!(
        (&alice["kind"], &alice["created_at"]),
        (&json!("external"), &json!(null))
    );
}

async fn without_usage(actor: &Actor) -> Value {
    let mut told = actor.get("/auth/me").await.expect(200);
    told.as_object_mut().unwrap().remove("usage").unwrap();
    told
}
