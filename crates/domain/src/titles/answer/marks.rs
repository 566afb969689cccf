//! Quotation marks and Markdown around a title.

use super::pairs;

/// Words in which models count the words of a title.
const COUNTED: &[&str] = &[
    "word",
    "words",
    "wörter",
    "worte",
    "mots",
    "palabras",
    "palavras",
    "parole",
    "слов",
    "слова",
    "woorden",
    "characters",
    "zeichen",
    "caracteres",
];

/// `Trip to Oslo (3 words)`
fn without_count(line: &str) -> &str {
    let counted = || {
        let (title, count) = line.strip_suffix(')')?.rsplit_once('(')?;
        let (number, unit) = count.split_once(' ')?;
        let is_count = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty();
        (is_count && COUNTED.contains(&unit) && !title.trim().is_empty()).then_some(title.trim())
    };
    counted().unwrap_or(line)
}

pub(super) fn is_fence(line: &str) -> bool {
    let rest = line.trim_start_matches(['`', '~']);
    let run = line.len() - rest.len();
    let rule = line.len() > 2
        && line
            .chars()
            .all(|c| matches!(c, '-' | '=' | '*' | '_' | ' '));
    rule || run >= 3 && !rest.contains(['`', '~', ' '])
}

/// Whether the line is the second of a numbered list.
pub(super) fn is_second(line: &str) -> bool {
    ["2.", "2)", "2、", "2．", "**2."]
        .iter()
        .any(|number| line.starts_with(number))
}

pub(super) fn without_number(line: &str) -> &str {
    let rest = line.trim_start_matches('*');
    ["1.", "1)", "1、", "1．"]
        .iter()
        .find_map(|number| rest.strip_prefix(number))
        .map_or(line, str::trim)
}

pub(super) fn without(line: &str) -> String {
    let line = without_block_marks(line.trim());
    let line = without_stop(without_count(line));
    pairs::without_strong(pairs::without(line))
        .trim_matches(|c: char| c.is_control() || c.is_whitespace())
        .to_owned()
}

/// The line without the marks of a heading, a quotation or a list.
fn without_block_marks(line: &str) -> &str {
    let heading = line.trim_start_matches('#');
    if heading.len() < line.len() && heading.starts_with(char::is_whitespace) {
        let trimmed = heading.trim_end_matches('#');
        let closed = trimmed.len() < heading.len() && trimmed.ends_with(char::is_whitespace);
        return if closed {
            trimmed.trim()
        } else {
            heading.trim()
        };
    }
    for mark in [
        "- [ ] ", "- [x] ", "> ", "- ", "* ", "+ ", "• ", "‣ ", "◦ ", "– ", "— ", "・", "→ ",
        "=> ", "-> ",
    ] {
        if let Some(rest) = line.strip_prefix(mark) {
            // "> operator in bash": a sign that the title is about. Titles begin with a capital.
            let is_sign = mark.len() == 2 && rest.starts_with(|c: char| c.is_ascii_lowercase());
            return if is_sign { line } else { rest.trim() };
        }
    }
    // Lines that consist of a mark.
    if line
        .chars()
        .all(|c| matches!(c, '#' | '>' | '-' | '*' | '•' | '`' | '_'))
    {
        ""
    } else {
        line
    }
}

/// The line without a full stop at its end; that of an abbreviation stays.
fn without_stop(line: &str) -> &str {
    if let Some(rest) = line.strip_suffix(['。', '．', '｡', '।', '۔']) {
        return rest;
    }
    let Some(rest) = line.strip_suffix('.') else {
        return line;
    };
    let last = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
    let quoted = rest.ends_with(['"', '”', '’', '»', '“', '*', '\'', '`']);
    let word = last.chars().count() > 3 && last.chars().all(char::is_alphabetic);
    if quoted || word { rest } else { line }
}

/// White space, control characters, and marks beyond ASCII.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{BF}' | '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{303F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FF00}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}' | '\u{FFFD}')
        || c.is_whitespace()
        || c.is_control()
}
