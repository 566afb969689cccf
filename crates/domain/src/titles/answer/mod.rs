//! Reads a model's answer as a title. Models put much around a title: thoughts, an introduction,
//! a label, quotation marks, Markdown, JSON. All of that is removed; the parts of the title
//! stay.

mod labels;
mod marks;
mod naming;
mod object;
mod pairs;
mod thoughts;

use crate::text;
use crate::title::Title;

/// How long a title by a model may be, in characters.
const LENGTH: usize = 60;

/// How many lines are looked at.
const LINES: usize = 64;

/// A line of more words is not a title: the model has answered the conversation.
const WORDS: usize = 24;

/// `None` where the answer contains no title.
pub(super) fn read(answer: &str) -> Option<Title> {
    let said = thoughts::without(answer)?;
    let line = match object::title(&said) {
        Some(title) => bare(&title)?,
        None => first(&said)?,
    };
    let words = line.split_whitespace().count();
    let is_no_title = labels::is_refusal(&line) || labels::is_none(&line);
    if words > WORDS || is_no_title {
        return None;
    }
    Title::parse(&text::first_line(&line, LENGTH)?).ok()
}

/// The first line that is a title.
fn first(said: &str) -> Option<String> {
    let mut lines = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !marks::is_fence(line))
        .take(LINES)
        .peekable();
    while let Some(line) = lines.next() {
        // A sentence that announces the title, or a list of titles.
        let leads = labels::leads(line);
        if leads && lines.peek().is_some() {
            continue;
        }
        let number = marks::without_number(line);
        let is_list = lines.peek().is_some_and(|next| marks::is_second(next));
        // A number alone belongs to the title ("1. Liga"), unless the rest is quoted.
        let line = match is_list || pairs::is_quoted(number) {
            true => number,
            false => line,
        };
        if labels::is_reply(line) && labels::without(line) == line {
            return None;
        }
        if let Some(title) = bare(line) {
            return Some(title);
        }
    }
    None
}

/// A line without the text around the title. `None` when no visible text is left.
fn bare(line: &str) -> Option<String> {
    let mut line = line.trim().to_owned();
    // Removing one layer can uncover the next.
    for _ in 0..8 {
        let shorter = marks::without(&labels::without(&line));
        if shorter == line {
            break;
        }
        line = shorter;
    }
    let says = line
        .chars()
        .any(|c| c.is_alphanumeric() || !c.is_ascii() && !marks::is_mark(c));
    (says && !labels::is_bare(&line)).then_some(line)
}

#[cfg(test)]
mod tests;
