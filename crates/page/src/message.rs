use super::budget::PageCost;
use super::markdown;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::shares::{SharedItem, Speaker};
use maud::{Markup, html};

/// One message: its speaker, its time, a link to it, and its text.
pub(super) fn message(item: &SharedItem, budget: &mut PageCost) -> Markup {
    let (class, speaker, figure) = match item.role {
        Speaker::User => ("message user", "User", person()),
        Speaker::Assistant => ("message assistant", "Assistant", spark()),
    };
    let id = item.id.to_string();
    let speaker_id = format!("{id}-by");
    html! {
        article class=(class) id=(id) aria-labelledby=(speaker_id) {
            header {
                span.figure aria-hidden="true" { (figure) }
                h2 id=(speaker_id) { (speaker) }
                a.when href={ "#" (id) } aria-label={ "Link to this message, " (when(item.created_at)) } {
                    time datetime=(for_machines(item.created_at)) { (item.created_at.format("%H:%M UTC")) }
                }
            }
            // In whatever language it was written: we don't know.
            div.said lang="" { (markdown::render(item.content.as_str(), item.role, budget)) }
        }
    }
}

/// A time for people and for machines.
pub(super) fn moment(time: DateTime<Utc>) -> Markup {
    html! { time datetime=(for_machines(time)) { (when(time)) } }
}

/// A day, in the same way.
pub(super) fn day(time: DateTime<Utc>) -> Markup {
    html! { time datetime=(time.format("%Y-%m-%d")) { (time.format("%-d %b %Y")) } }
}

fn when(time: DateTime<Utc>) -> String {
    time.format("%-d %b %Y, %H:%M UTC").to_string()
}

fn for_machines(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn person() -> Markup {
    html! {
        svg viewBox="0 0 16 16" width="16" height="16" focusable="false" {
            circle cx="8" cy="5.2" r="2.7" {}
            path d="M2.6 14c.5-3.1 2.6-4.7 5.4-4.7s4.9 1.6 5.4 4.7z" {}
        }
    }
}

fn spark() -> Markup {
    html! {
        svg viewBox="0 0 16 16" width="16" height="16" focusable="false" {
            path d="M8 1.2 9.7 6.3 14.8 8 9.7 9.7 8 14.8 6.3 9.7 1.2 8 6.3 6.3z" {}
        }
    }
}
