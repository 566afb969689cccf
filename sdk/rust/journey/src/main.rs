//! A conversation from its beginning to its end, through the client that OpenAPI Generator makes.

use jan_conversations::apis::{
    auth_api, configuration::Configuration, conversations_api, items_api, projects_api, settings_api, shares_api,
    Error,
};
use jan_conversations::models::{self, Role};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const REPLY: &str = "That depends on the question.";

fn connect(token: Option<String>) -> Configuration {
    Configuration {
        base_path: std::env::var("BASE_URL").expect("BASE_URL"),
        bearer_access_token: token,
        ..Configuration::default()
    }
}

fn token(client: &Configuration) -> &str {
    client.bearer_access_token.as_deref().unwrap_or_default()
}

/// The code of a refusal, which is in the text of the answer.
fn refused<T: std::fmt::Debug, E: std::fmt::Debug>(answer: Result<T, Error<E>>, status: u16, code: &str) {
    match answer {
        Err(Error::ResponseError(told)) => {
            assert_eq!(told.status.as_u16(), status);
            assert!(told.content.contains(code), "{}", told.content);
        }
        other => panic!("{code} expected: {other:?}"),
    }
}

async fn conversations(client: &Configuration) -> Outcome<String> {
    let made = conversations_api::create_conversation(client, None, None).await?;
    assert_eq!((made.title, made.project_id), (None, None));
    let whole = conversations_api::get_conversation(client, &made.id, None, None).await?;
    assert_eq!(whole.title, None);
    let asked = models::CreateProjectRequest::new("Research 🔭".to_owned());
    let project = projects_api::create_project(client, asked, None).await?;
    let mut change = models::UpdateConversationRequest::new();
    change.project_id = Some(Some(project.id.clone()));
    let moved = conversations_api::update_conversation(client, &made.id, None, Some(change.clone())).await?;
    assert_eq!(moved.project_id, Some(project.id));
    change.project_id = Some(None);
    let back = conversations_api::update_conversation(client, &made.id, None, Some(change)).await?;
    assert_eq!(back.project_id, None);
    println!("  a conversation without title and project, moved and moved back");
    Ok(made.id)
}

async fn flags_and_settings(client: &Configuration, conversation: &str) -> Outcome<()> {
    let mut change = models::UpdateConversationRequest::new();
    change.archived = Some(Some(true));
    assert!(conversations_api::update_conversation(client, conversation, None, Some(change)).await?.archived);
    let list = conversations_api::list_conversations(client, None, None, None, None, None, Some("true"), None).await?;
    assert_eq!(list.data.len(), 1);
    let mut change = models::UpdateUserSettingsRequest::new();
    change.use_profile = Some(Some(false));
    let told = settings_api::update_settings(client, None, Some(change)).await?;
    assert_eq!((told.use_profile, told.profile.nickname), (false, None));
    println!("  an archived conversation, and settings");
    Ok(())
}

async fn items(client: &Configuration, conversation: &str) -> Outcome<Vec<models::Item>> {
    for number in 0..5 {
        let asked = models::CreateItemRequest::new(Role::User, format!("{number} 👩‍👩‍👧 שלום"));
        let key = format!("{conversation}-{number}");
        let made = items_api::create_item(client, conversation, asked.clone(), Some(&key)).await?;
        let again = items_api::create_item(client, conversation, asked, Some(&key)).await?;
        assert_eq!(made.id, again.id);
    }
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = items_api::list_items(client, conversation, Some(2), after.as_deref(), None, None).await?;
        all.extend(page.data);
        after = page.next_after;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 5);
    let first = &all[0];
    let edited =
        items_api::edit_item(client, conversation, &first.id, models::EditItemRequest::new("two".to_owned()), None).await?;
    assert_eq!(edited.version, 2);
    let restored = items_api::restore_item_version(client, conversation, &first.id, 1, None, None, None).await?;
    assert_eq!(restored.content, first.content);
    let turns = [(Role::User, "And?"), (Role::Assistant, "So.")];
    let turns = turns.map(|(role, text)| models::CreateItemRequest::new(role, text.to_owned()));
    let empty = conversations_api::create_conversation(client, None, None).await?.id;
    let batch = models::CreateItemsRequest::new(turns.to_vec());
    let both = items_api::create_items(client, &empty, batch, None).await?;
    assert_eq!(both.data[1].content, "So.");
    println!("  messages, alone and together, in pages, edited and restored");
    Ok(all)
}

async fn replies(client: &Configuration, conversation: &str, last: &models::Item) -> Outcome<()> {
    // What the generator makes takes JSON and text/plain alone; its HTTP client reads streams well.
    let path = format!("{}/v1/conversations/{conversation}/items/{}/regenerate/stream", client.base_path, last.id);
    let mut answer = client.client.post(path).bearer_auth(token(client)).send().await?.error_for_status()?;
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        text.extend_from_slice(&piece);
    }
    assert!(String::from_utf8(text)?.contains("event: item.completed"));
    let again = items_api::regenerate_item(client, conversation, &last.id, None, None).await?;
    assert_eq!((again.content.as_str(), again.version), (REPLY, 2));
    let none = conversations_api::cancel_turn(client, conversation, None, None).await?;
    assert!(!none.cancelled);
    println!("  replies, whole and as they are written");
    Ok(())
}

async fn shares(client: &Configuration, conversation: &str) -> Outcome<()> {
    let mut asked = models::ShareConversationRequest::new();
    asked.expires_in = Some(Some(3600));
    let share = shares_api::share_conversation(client, conversation, None, Some(asked)).await?;
    let anybody = connect(None);
    let seen = shares_api::get_shared_conversation(&anybody, &share.share_id, None, None, None, None, None).await?;
    assert_eq!(seen.items.len(), 6);
    shares_api::revoke_share(client, &share.share_id).await?;
    let gone = shares_api::get_shared_conversation(&anybody, &share.share_id, None, None, None, None, None).await;
    refused(gone, 410, "share_ended");
    println!("  a link that anybody can open, and its end");
    Ok(())
}

async fn end(client: &Configuration, conversation: &str) -> Outcome<()> {
    let whole = conversations_api::export_conversation(client, conversation, None).await?;
    assert_eq!(whole.items.len(), 6);
    let path = format!("{}/v1/conversations/{conversation}/export.md", client.base_path);
    let text = client.client.get(path).bearer_auth(token(client)).send().await?.error_for_status()?.text().await?;
    assert!(text.contains(REPLY), "{text}");
    conversations_api::delete_conversation(client, conversation, None).await?;
    refused(conversations_api::get_conversation(client, conversation, None, None).await, 404, "conversation_not_found");
    println!("  an export, a deletion, and an error with its code");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    println!("the client for Rust");
    let session = auth_api::guest_login(&connect(None), None).await?;
    let client = connect(Some(session.access_token));
    let conversation = conversations(&client).await?;
    flags_and_settings(&client, &conversation).await?;
    let all = items(&client, &conversation).await?;
    replies(&client, &conversation, &all[4]).await?;
    shares(&client, &conversation).await?;
    end(&client, &conversation).await
}
