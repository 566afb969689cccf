//! Where formulas stand: `\( \)`, `\[ \]`, `$$ $$`, `$ $`, and environments of LaTeX.

use super::apart::{TextAround, What};
use super::prose::is_prose;
use super::{dollars, tags};
use std::borrow::Cow;

/// The longest formula, in bytes. A delimiter without its other half is searched for so far.
const LONGEST: usize = 32 * 1024;

pub(super) struct Formulas<'a, 'k> {
    pub(super) around: TextAround<'a, 'k>,
    /// Where each of the closing delimiters is found next: each is looked for once.
    next: [Next; 4],
    /// The last place of each opening delimiter, if it has been searched for.
    pub(super) last: Vec<(&'static str, Option<usize>)>,
    /// Where the line begins that was looked at last, and how far: formulas come in their order.
    line: (usize, usize),
}

#[derive(Clone, Copy)]
struct Next {
    delimiter: &'static str,
    /// Not before this place; `usize::MAX` if no more follow.
    at: Option<usize>,
}

impl<'a, 'k> Formulas<'a, 'k> {
    pub(super) fn new(around: TextAround<'a, 'k>) -> Self {
        let next = ["\\)", "\\]", "$$", "\\end{"].map(|delimiter| Next {
            delimiter,
            at: None,
        });
        Self {
            around,
            next,
            last: Vec::new(),
            line: (0, 0),
        }
    }

    /// The formula that begins at `at`: its end, and its content.
    pub(super) fn at(&mut self, at: usize) -> Option<(usize, What<'a>)> {
        let content = self.around.content;
        if !content.get(at..)?.starts_with(['\\', '$']) {
            return None;
        }
        let (inside, end, display) = match self.closed(at) {
            Some(closed) => closed,
            None => self.cut_off(at)?,
        };
        let depth = quote_depth(self.line(at));
        if !one_paragraph(inside, depth) || self.around.crosses_code(&(at..end)) {
            return None;
        }
        let tex = without_quote(inside, depth);
        let tags = match display {
            true => tags::length(content.get(end..)?),
            false => 0,
        };
        let tex = match content.get(end..end + tags)?.trim() {
            "" => tex,
            tag => Cow::Owned(format!("{} {tag}", tex.trim_end())),
        };
        Some((end + tags, What::Formula { tex, display }))
    }

    /// The formula with both of its delimiters, and whether it stands alone.
    fn closed(&mut self, at: usize) -> Option<(&'a str, usize, bool)> {
        let content = self.around.content;
        let rest = content.get(at..)?;
        if rest.starts_with("\\(") {
            let (inside, end) = self.between(at, "\\(", "\\)")?;
            Some((inside, end, false))
        } else if rest.starts_with("\\[") {
            let (inside, end) = self.between(at, "\\[", "\\]")?;
            Some((inside, end, true))
        } else if rest.starts_with("$$") {
            let (inside, end) = self.between(at, "$$", "$$")?;
            Some((inside, end, true))
        } else if rest.starts_with("\\begin{") {
            let (inside, end) = self.environment(at)?;
            Some((inside, end, begins_line(self.line(at))))
        } else if rest.starts_with('$') {
            let length = dollars::length(content.get(..at)?, rest)?;
            Some((rest.get(1..length.checked_sub(1)?)?, at + length, false))
        } else {
            None
        }
    }

    /// The line in which `at` stands, up to it.
    pub(super) fn line(&mut self, at: usize) -> &'a str {
        let content = self.around.content;
        let (begin, looked_at) = self.line;
        let new = content
            .get(looked_at..at)
            .and_then(|new| new.rfind('\n'))
            .map(|found| looked_at + found + 1);
        self.line = (new.unwrap_or(begin), at.max(looked_at));
        content.get(self.line.0..at).unwrap_or_default()
    }

    /// Where a delimiter stands at `from` or after it.
    pub(super) fn find(&mut self, delimiter: &str, from: usize) -> Option<usize> {
        let content = self.around.content;
        let next = self
            .next
            .iter_mut()
            .find(|next| next.delimiter == delimiter)?;
        if next.at.is_none_or(|at| at < from) {
            let found = content.get(from..)?.find(delimiter);
            next.at = Some(found.map_or(usize::MAX, |found| from + found));
        }
        next.at.filter(|at| *at != usize::MAX)
    }

    fn between(&mut self, at: usize, open: &str, close: &str) -> Option<(&'a str, usize)> {
        let content = self.around.content;
        let from = at + open.len();
        let end = self.find(close, from)?;
        if end - from > LONGEST {
            return None;
        }
        let inside = content.get(from..end)?;
        let after = content.get(end + close.len()..)?;
        let line = self.line(at);
        let apt = match open {
            "$$" => !dollars::more(content.get(..at)?, after) && dollars::says_something(inside),
            // An escaped bracket of Markdown, perhaps a link's.
            "\\[" => {
                !inside.contains(open)
                    && !after.starts_with(['(', '['])
                    && says_more(inside, line, after)
            }
            _ => !inside.contains(open) && !is_prose(inside),
        };
        (apt && !inside.trim().is_empty()).then_some((inside, end + close.len()))
    }
}

/// Whether only marks of quotations stand before it on its line.
pub(super) fn begins_line(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || c == '>')
}

/// Whether the text between brackets is a formula: it stands alone on its lines, or has a character
/// that belongs to formulas, or spaces around it, or a tag. `\[1\]` is a bracket, and `- \[ x \]` a task.
/// `before` is its line up to it.
fn says_more(inside: &str, before: &str, after: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || matches!(c, '>' | '.' | ',' | ';');
    let last = after.lines().next().unwrap_or_default();
    let alone = inside.contains('\n') || before.chars().all(blank) && last.chars().all(blank);
    let letters = inside.contains(char::is_alphabetic);
    let symbols = inside.contains(SYMBOLS);
    let space = |c: char| c.is_whitespace();
    let marker = |c: char| matches!(c, '-' | '*' | '+' | '.' | ')') || c.is_ascii_digit();
    let item = before.trim_start_matches(['>', ' ']);
    let task = item.ends_with(' ')
        && item.trim_matches(|c| marker(c) || c == ' ').is_empty()
        && inside.trim().eq_ignore_ascii_case("x");
    let spaced = inside.starts_with(space) && inside.ends_with(space) && !task;
    ((alone || spaced) && letters || symbols || tags::length(after) > 0) && !is_prose(inside)
}

/// Characters that belong to formulas.
const SYMBOLS: [char; 16] = [
    '\\', '^', '_', '=', '+', '<', '>', '/', '*', '{', '|', '(', '≤', '≥', '≈', '×',
];

/// How many marks of quotations the line begins with.
fn quote_depth(line: &str) -> usize {
    let inner = line.trim_start_matches([' ', '\t', '>']);
    let marks = line.len() - inner.len();
    line.get(..marks).unwrap_or_default().matches('>').count()
}

/// Blank lines end a formula, except for one whose delimiters stand on lines of their own.
fn one_paragraph(inside: &str, depth: usize) -> bool {
    let blank = |line: &str| quoted(line, depth).trim().is_empty();
    let mut lines = inside.split('\n');
    let first = lines.next().is_some_and(blank);
    let last = lines.next_back().is_some_and(blank);
    first && last || !lines.any(blank)
}

/// A line without the marks of the quotation it stands in.
fn quoted(line: &str, depth: usize) -> &str {
    let mut line = line;
    for _ in 0..depth {
        match line.trim_start().strip_prefix('>') {
            Some(inside) => line = inside,
            None => break,
        }
    }
    line
}

fn without_quote(inside: &str, depth: usize) -> Cow<'_, str> {
    if depth == 0 || !inside.contains('\n') {
        return Cow::Borrowed(inside);
    }
    let mut lines = inside.split('\n');
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        text.push('\n');
        text.push_str(quoted(line, depth));
    }
    Cow::Owned(text)
}
