use super::{SharedItem, Speaker, View, cursor};
use crate::markdown::closing;
use chrono::{DateTime, Utc};
use std::fmt::Write as _;

/// A page of a shared conversation, as Markdown: each text under its speaker and time.
pub(super) fn write(view: &View) -> String {
    let title = view
        .title
        .as_ref()
        .map_or("Untitled conversation", |title| title.as_str());
    // A title is one line of plain text, whatever it contains.
    let mut text = format!("# {}\n", title.replace(char::is_control, " "));
    for item in &view.items {
        message(&mut text, item);
    }
    if let Some(last) = view.items.last().filter(|_| view.has_more) {
        // Writing into a string cannot fail.
        let _ = write!(text, "\n---\n\n[More](?format=md&after={})\n", cursor(last));
    }
    text
}

fn message(text: &mut String, item: &SharedItem) {
    let speaker = match item.role {
        Speaker::User => "User",
        Speaker::Assistant => "Assistant",
    };
    let content = item.content.as_str();
    let end = if content.ends_with('\n') { "" } else { "\n" };
    let when = when(item.created_at);
    let _ = write!(text, "\n## {speaker}\n\n*{when}*\n\n{content}{end}");
    if let Some(closing) = closing(content) {
        let _ = writeln!(text, "{closing}");
    }
}

fn when(time: DateTime<Utc>) -> impl std::fmt::Display {
    time.format("%Y-%m-%d %H:%M UTC")
}
