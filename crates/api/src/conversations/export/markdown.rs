use super::folded::folded;
use super::{Source, parts};
use crate::error::ApiError;
use crate::markdown::closing;
use crate::memory::AnswerPart;
use chrono::{DateTime, Utc};
use domain::conversations::Conversation;
use domain::id::Sequence;
use domain::items::{Item, Role};
use futures_util::stream::{self, Stream};
use std::fmt::Write as _;

/// The export as Markdown, written while it is read: the current texts, each under its role and
/// time.
pub(super) fn write(
    source: Source,
    conversation: Conversation,
) -> impl Stream<Item = Result<AnswerPart, ApiError>> {
    let state = Some((source, title(&conversation), Sequence::default()));
    stream::try_unfold(state, |state| async move {
        let Some((mut source, mut text, after)) = state else {
            return Ok(None);
        };
        let memory = source.parts.next().await?;
        let batch = source
            .items
            .batch(source.owner, source.id, after, source.last)
            .await;
        let batch = batch?;
        let reached = batch.last().map(|item| item.id.sequence());
        let bytes = batch.iter().map(Item::bytes).sum();
        // To see where a message leaves Markdown open takes a fifth of a second for a megabyte.
        let text = source.runner.run(bytes, move || {
            for item in batch {
                message(&mut text, item);
            }
            Ok(text)
        });
        let text = text.await?;
        let next = reached.map(|reached| (source, String::new(), reached));
        Ok(Some((AnswerPart::new(text.into_bytes(), memory), next)))
    })
}

fn title(conversation: &Conversation) -> String {
    let title = conversation
        .title
        .as_ref()
        .map_or("Untitled conversation", |title| title.as_str());
    // The title becomes one line of plain text.
    let title = title.replace(char::is_control, " ");
    let count = match conversation.item_count {
        1 => "1 message".to_owned(),
        count => format!("{count} messages"),
    };
    format!(
        "# {title}\n\n*{}, {count}*\n",
        when(conversation.created_at)
    )
}

fn message(text: &mut String, item: Item) {
    let speaker = match item.role {
        Role::System => "System",
        Role::Developer => "Developer",
        Role::User => "User",
        Role::Assistant => "Assistant",
        Role::Tool => "Tool",
    };
    let model = item
        .model
        .map(|model| format!(" ({model})"))
        .unwrap_or_default();
    // Writing into a string cannot fail.
    let _ = write!(
        text,
        "\n---\n\n**{speaker}**{model} · {}\n\n",
        when(item.created_at),
    );
    if let Some(thoughts) = &item.reasoning {
        folded(text, thoughts);
    }
    let said = match item.content.parts() {
        None => item.content.as_str(),
        Some(parts) if parts.kind().is_message() => &parts::message(parts),
        Some(parts) => return parts::other(text, parts),
    };
    let _ = writeln!(text, "{said}");
    if let Some(closing) = closing(said) {
        let _ = writeln!(text, "{closing}");
    }
}

fn when(time: DateTime<Utc>) -> impl std::fmt::Display {
    time.format("%-d %B %Y, %H:%M UTC")
}
