//! Hostile content is shown as text.

use super::{assert_is_a_page, open, said, share};
use crate::app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn hostile_messages_and_titles_stay_text() {
    let payloads = include_str!("../../../../../../scripts/tools/share_page/payloads.json");
    let payloads: Vec<Value> = serde_json::from_str(payloads).unwrap();
    let texts: Vec<_> = payloads
        .iter()
        .map(|entry| entry["payload"].as_str().unwrap())
        .collect();
    let items: Vec<_> = texts
        .iter()
        .map(|text| json!({ "role": "assistant", "content": text }))
        .collect();
    let app = TestApp::spawn().await;
    for title in texts {
        let title: String = title.chars().take(256).collect();
        let body = json!({ "title": title, "items": [{ "role": "user", "content": title }] });
        let page = open(&app, &share(&app.alice(), body, json!({})).await).await;
        assert_harmless(page.text(), &title);
    }
    assert!(items.len() <= 100);
    let address = share(
        &app.alice(),
        json!({ "title": "a", "items": items }),
        json!({}),
    )
    .await;
    let page = open(&app, &address).await;
    assert_eq!(said(page.text()).len(), payloads.len());
    assert_harmless(page.text(), "all of them");
}

/// On these pages text is escaped, so `<` begins an element, and a quote ends an attribute.
fn assert_harmless(page: &str, what: &str) {
    // The one script is ours, as each page has it.
    let (before, script) = page
        .split_once("<script src=\"../../assets/share-")
        .unwrap();
    let (_, after) = script.split_once("\" defer></script>").unwrap();
    for element in before.split('<').chain(after.split('<')).skip(1) {
        let name = element
            .split([' ', '>'])
            .next()
            .unwrap()
            .to_ascii_lowercase();
        for never in [
            "script", "style", "iframe", "object", "embed", "form", "input", "img", "base", "math",
            "image", "video",
        ] {
            assert_ne!(name, never, "{what}");
        }
        let tag = element.split('>').next().unwrap();
        for (at, attribute) in tag.split("=\"").enumerate() {
            let name = attribute
                .rsplit([' ', '"'])
                .next()
                .unwrap()
                .to_ascii_lowercase();
            let last = at + 1 == tag.split("=\"").count();
            assert!(
                last || !(name.starts_with("on") || name == "src" || name == "style"),
                "{what}: {tag}"
            );
        }
        for link in tag.split("href=\"").skip(1) {
            let safe = [
                "https://",
                "http://",
                "mailto:",
                "#",
                "?format=",
                "../../assets/",
            ];
            assert!(
                safe.iter().any(|safe| link.starts_with(safe)),
                "{what}: {link}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_of_very_large_messages_is_shown_whole() {
    let app = TestApp::spawn().await;
    let large = "**a** 😀\n".repeat(100_000);
    let items = json!([
        { "role": "user", "content": large },
        { "role": "assistant", "content": ">".repeat(100_000) },
        { "role": "assistant", "content": "The end" },
    ]);
    let conversation = json!({ "title": "Large", "items": items });
    let address = share(&app.alice(), conversation, json!({})).await;
    let page = open(&app, &address).await;
    assert_is_a_page(&page, 200);
    let (_, messages) = page.text().split_once("<main").unwrap();
    assert_eq!(messages.matches("**a** 😀").count(), 100_000);
    // A page for browsers has a MiB of text, or one message.
    assert!(page.text().contains("?after=seq_1"));
    let page = open(&app, &format!("{address}?after=seq_1")).await;
    assert!(page.text().contains("The end"));
}
