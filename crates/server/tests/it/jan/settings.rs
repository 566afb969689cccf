use super::refused;
use crate::app::TestApp;
use serde_json::json;

const PATH: &str = "/jan/v1/users/me/settings";

#[tokio::test]
async fn the_profile_is_the_same_in_jans_words_and_preferences_are_merged() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let found = alice.get(PATH).await.expect(200);
    assert_eq!(found["profile_settings"]["nick_name"], "");
    assert_eq!(found["memory_config"]["enabled"], false);
    let body = json!({ "profile_settings": { "base_style": "Friendly", "nick_name": "Ada",
        "more_about_you": "I build bridges.", "custom_instructions": "Use metres." },
        "memory_config": { "enabled": true }, "preferences": { "theme_color": "a", "n": 1 } });
    alice.patch(PATH, body).await.expect(200);
    let preferences = format!("{PATH}/preferences");
    let body = json!({ "preferences": { "theme_color": "b" } });
    alice.patch(&preferences, body).await.expect(200);
    let found = alice.get(&preferences).await.expect(200);
    assert_eq!(found["preferences"], json!({ "theme_color": "b", "n": 1 }));
    assert_eq!(found["profile_settings"]["base_style"], "Friendly");
    let other = alice.get("/v1/users/me/settings").await.expect(200);
    assert_eq!(
        other["profile"],
        json!({ "nickname": "Ada", "occupation": null, "about": "I build bridges.",
            "instructions": "Use metres.", "style": "friendly" })
    );
    let body = json!({ "profile_settings": { "nick_name": "", "base_style": "" } });
    let found = alice.patch(PATH, body).await.expect(200);
    assert_eq!(found["profile_settings"]["nick_name"], "");
    assert_eq!(
        found["profile_settings"]["more_about_you"],
        "I build bridges."
    );
    let body = json!({ "profile_settings": { "base_style": "Rude" } });
    let answer = alice.patch(PATH, body).await;
    refused(
        &answer,
        "invalid_value",
        Some("profile_settings.base_style"),
    );
}
