//! Which addresses and requests lead to the page.

use super::{BROWSER, assert_is_a_page, hello, open, said, share};
use crate::app::TestApp;
use reqwest::header::ACCEPT;
use serde_json::json;

#[tokio::test]
async fn the_address_may_say_in_which_form() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    assert_is_a_page(
        &app.anon().get(&format!("{address}?format=html")).await,
        200,
    );
    let answer = open(&app, &format!("{address}?format=json")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let answer = open(&app, &format!("{address}?format=md")).await;
    assert_eq!(
        answer.header("content-type"),
        "text/markdown; charset=utf-8"
    );
}

/// Sites add parameters of their own to a link that is followed from them.
#[tokio::test]
async fn a_page_opens_whatever_other_sites_have_added_to_its_address() {
    let app = TestApp::spawn().await;
    let path = share(&app.alice(), hello(), json!({})).await;
    let followed = open(&app, &format!("{path}?fbclid=IwAR0&utm_source=x&limit=1")).await;
    assert_eq!(followed.status, 200);
    assert_eq!(said(followed.text()).len(), 1);
    let twice = open(&app, &format!("{path}?limit=1&limit=2")).await;
    assert_eq!(twice.status, 400);
    app.anon()
        .get(&format!("{path}?fbclid=IwAR0"))
        .await
        .refused("unknown_field", Some("fbclid"));
}

#[tokio::test]
async fn head_answers_like_get() {
    let app = TestApp::spawn().await;
    let address = share(&app.alice(), hello(), json!({})).await;
    let get = open(&app, &address).await;
    let request = app
        .anon()
        .request(reqwest::Method::HEAD, &address)
        .header(ACCEPT, BROWSER);
    let head = app.anon().sent(request).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
}
