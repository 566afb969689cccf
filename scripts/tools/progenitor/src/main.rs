//! A first conversation through the client that progenitor makes of the document's rendering for OpenAPI 3.0.

use futures::StreamExt as _;
use sdk::types::{ErrorResponse, Role};
use sdk::{Client, ClientInfo as _, Error};

mod sdk {
    progenitor::generate_api!(spec = "openapi-3.0.json", interface = Builder, tags = Merged);
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const REPLY: &str = "That depends on the question.";

/// A client with a token in all of its requests.
fn connect(token: Option<&str>) -> Outcome<Client> {
    let mut headers = reqwest::header::HeaderMap::new();
    if let Some(token) = token {
        headers.insert("Authorization", format!("Bearer {token}").parse()?);
    }
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    Ok(Client::new_with_client(&std::env::var("BASE_URL")?, http))
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error<ErrorResponse>>, status: u16, code: &str) {
    match answer {
        Err(Error::ErrorResponse(told)) => {
            assert_eq!((told.status().as_u16(), told.error.code.as_str()), (status, code));
        }
        other => panic!("{code} expected: {other:?}"),
    }
}

async fn conversations(client: &Client) -> Outcome<String> {
    let made = client.create_conversation().send().await?.into_inner();
    assert!(made.title.is_none() && made.project_id.is_none(), "{made:?}");
    let id = String::from(made.id);
    let whole = client.get_conversation().conversation_id(id.as_str()).send().await?;
    assert!(whole.title.is_none() && whole.items.is_empty(), "{whole:?}");
    let project = client.create_project().body_map(|body| body.title("Research 🔭")).send().await?.into_inner();
    let project = String::from(project.id);
    let moved = client.update_conversation().conversation_id(id.as_str());
    let moved = moved.body_map(|body| body.project_id(project.parse().ok()).pinned(true)).send().await?;
    assert!(moved.project_id.as_deref() == Some(&project) && moved.pinned, "{moved:?}");
    let inside = client.list_project_conversations().project_id(project.as_str()).limit(1).send().await?;
    assert_eq!(inside.data.len(), 1);
    let settings = client.update_settings().body_map(|body| body.use_profile(false)).send().await?;
    assert!(!settings.use_profile && settings.profile.nickname.is_none(), "{settings:?}");
    println!("  a conversation without title and project, moved, and settings");
    Ok(id)
}

async fn items(client: &Client, conversation: &str) -> Outcome<String> {
    let mut last = String::new();
    for number in 0..3 {
        let key = format!("{conversation}-{number}");
        let ask = || {
            let body = |body: sdk::types::builder::CreateItemRequest| body.role(Role::User).content("👩‍👩‍👧 שלום");
            client.create_item().conversation_id(conversation).idempotency_key(key.as_str()).body_map(body).send()
        };
        let (made, again) = (ask().await?.into_inner(), ask().await?.into_inner());
        assert_eq!(made.id, again.id);
        last = String::from(made.id);
    }
    let (mut count, mut after) = (0, None);
    loop {
        let ask = client.list_items().conversation_id(conversation).limit(2);
        let ask = match &after {
            Some(after) => ask.after(String::clone(after)),
            None => ask,
        };
        let page = ask.send().await?.into_inner();
        count += page.data.len();
        after = page.next_after;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(count, 3);
    let edit = client.edit_item().conversation_id(conversation).item_id(last.as_str());
    assert_eq!(edit.body_map(|body| body.content("two")).send().await?.version.get(), 2);
    println!("  messages, in pages, and an edit");
    Ok(last)
}

async fn replies(client: &Client, conversation: &str, last: &str) -> Outcome<()> {
    let ask = client.stream_item_reply().conversation_id(conversation).item_id(last);
    let mut stream = ask.send().await?.into_inner();
    let mut text = Vec::new();
    while let Some(piece) = stream.next().await {
        text.extend_from_slice(&piece?);
    }
    assert!(String::from_utf8(text)?.contains("event: item.completed"));
    let again = client.regenerate_item().conversation_id(conversation).item_id(last).send().await?;
    assert_eq!((again.content.as_str(), again.version.get()), (REPLY, 2));
    println!("  replies, whole and as they are written");
    Ok(())
}

async fn end(client: &Client, conversation: &str) -> Outcome<()> {
    let share = client.share_conversation().conversation_id(conversation).send().await?.into_inner();
    let seen = connect(None)?.get_shared_conversation().share_id(share.share_id.as_str()).send().await?;
    assert_eq!(seen.items.len(), 4);
    let mut file = client.export_conversation_markdown().conversation_id(conversation).send().await?.into_inner();
    let mut text = Vec::new();
    while let Some(piece) = file.next().await {
        text.extend_from_slice(&piece?);
    }
    assert!(String::from_utf8(text)?.contains(REPLY));
    client.delete_conversation().conversation_id(conversation).send().await?;
    let gone = client.get_conversation().conversation_id(conversation).send().await;
    refused(gone, 404, "conversation_not_found");
    println!("  a link, an export, a deletion, and an error with its code");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    println!("a client for Rust, made by progenitor");
    let session = connect(None)?.guest_login().send().await?.into_inner();
    let client = connect(Some(&session.access_token))?;
    assert!(!client.baseurl().is_empty());
    let conversation = conversations(&client).await?;
    let last = items(&client, &conversation).await?;
    replies(&client, &conversation, &last).await?;
    end(&client, &conversation).await
}
