//! Where formulas stand: `\( \)`, `\[ \]`, `$$ $$`, `$ $`, and environments of LaTeX.

use super::prose::is_prose;
use super::{Around, What, dollars};
use std::borrow::Cow;

/// A formula is no longer than this, in bytes; a delimiter without its other half takes no more.
const LONGEST: usize = 32 * 1024;

/// Likewise an environment, whose end is looked for more than once.
const LONGEST_ENVIRONMENT: usize = 8 * 1024;

/// Environments that are formulas without any delimiter around them.
const ENVIRONMENTS: &[&str] = &[
    "equation",
    "equation*",
    "align",
    "align*",
    "aligned",
    "alignat",
    "alignat*",
    "alignedat",
    "gather",
    "gather*",
    "gathered",
    "multline",
    "multline*",
    "eqnarray",
    "eqnarray*",
    "split",
    "flalign",
    "flalign*",
    "cases",
    "array",
    "matrix",
    "pmatrix",
    "bmatrix",
    "Bmatrix",
    "vmatrix",
    "Vmatrix",
    "smallmatrix",
    "dcases",
];

pub(super) struct Formulas<'a, 'k> {
    around: Around<'a, 'k>,
    /// Where each of the closing delimiters is found next: each is looked for once.
    next: [Next; 4],
}

#[derive(Clone, Copy)]
struct Next {
    delimiter: &'static str,
    /// Not before this place; `usize::MAX` where there is none any more.
    at: Option<usize>,
}

impl<'a, 'k> Formulas<'a, 'k> {
    pub(super) fn new(around: Around<'a, 'k>) -> Self {
        let next = ["\\)", "\\]", "$$", "\\end{"].map(|delimiter| Next {
            delimiter,
            at: None,
        });
        Self { around, next }
    }

    /// The formula that begins at `at`: where it ends, and what it is.
    pub(super) fn at(&mut self, at: usize) -> Option<(usize, What<'a>)> {
        let content = self.around.content;
        let rest = content.get(at..)?;
        let (inside, end, display) = if rest.starts_with("\\(") {
            let (inside, end) = self.between(at, "\\(", "\\)")?;
            (inside, end, false)
        } else if rest.starts_with("\\[") {
            let (inside, end) = self.between(at, "\\[", "\\]")?;
            (inside, end, true)
        } else if rest.starts_with("$$") {
            let (inside, end) = self.between(at, "$$", "$$")?;
            (inside, end, true)
        } else if rest.starts_with("\\begin{") {
            let (inside, end) = self.environment(at)?;
            (inside, end, begins_line(content.get(..at)?))
        } else if rest.starts_with('$') {
            let length = dollars::length(content.get(..at)?, rest)?;
            (rest.get(1..length.checked_sub(1)?)?, at + length, false)
        } else {
            return None;
        };
        let depth = quote_depth(content.get(..at)?);
        if !one_paragraph(inside, depth) || self.around.crosses_code(&(at..end)) {
            return None;
        }
        let tex = without_quote(inside, depth);
        Some((end, What::Formula { tex, display }))
    }

    /// Where a delimiter stands at `from` or after it.
    fn find(&mut self, delimiter: &str, from: usize) -> Option<usize> {
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
        let apt = match open {
            "$$" => !dollars::more(content.get(..at)?, after) && dollars::says_something(inside),
            // An escaped bracket of Markdown, perhaps a link's.
            "\\[" => {
                !inside.contains(open)
                    && !after.starts_with(['(', '['])
                    && says_more(inside, content.get(..at)?, after)
            }
            _ => !inside.contains(open) && !is_prose(inside),
        };
        (apt && !inside.trim().is_empty()).then_some((inside, end + close.len()))
    }

    /// An environment, of those that are formulas.
    fn environment(&mut self, at: usize) -> Option<(&'a str, usize)> {
        let content = self.around.content;
        let rest = content.get(at..)?.strip_prefix("\\begin{")?;
        let name = rest.split_once('}')?.0;
        let name = ENVIRONMENTS.iter().find(|known| **known == name)?;
        let (begin, end) = (format!("\\begin{{{name}}}"), format!("\\end{{{name}}}"));
        let mut from = at + begin.len();
        // The same one inside it is seldom, and seldom deep.
        for _ in 0..16 {
            let found = loop {
                let found = self.find("\\end{", from)?;
                if found - at > LONGEST_ENVIRONMENT {
                    return None;
                }
                from = found + end.len().min(content.len() - found);
                match content.get(found..)?.starts_with(&end) {
                    true => break found,
                    false => from = found + "\\end{".len(),
                }
            };
            let inside = content.get(at..found + end.len())?;
            if inside.matches(&begin).count() == inside.matches(&end).count() {
                return Some((inside, found + end.len()));
            }
        }
        None
    }
}

/// Whether only marks of quotations stand before it on its line.
fn begins_line(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().all(|c| c.is_whitespace() || c == '>')
}

/// Whether what stands between brackets is a formula: it stands alone on its lines, or has a character
/// that belongs to formulas, or spaces around it. `\[1\]` is a bracket, and `- \[ x \]` a task.
fn says_more(inside: &str, before: &str, after: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || matches!(c, '>' | '.' | ',' | ';');
    let first = before.rsplit('\n').next().unwrap_or_default();
    let last = after.lines().next().unwrap_or_default();
    let alone = inside.contains('\n') || first.chars().all(blank) && last.chars().all(blank);
    let letters = inside.contains(char::is_alphabetic);
    let symbols = inside.contains(SYMBOLS);
    let space = |c: char| c.is_whitespace();
    let task = first.trim_matches(['-', '*', '+', ' ']).is_empty()
        && inside.trim().eq_ignore_ascii_case("x");
    let spaced = inside.starts_with(space) && inside.ends_with(space) && !task;
    ((alone || spaced) && letters || symbols) && !is_prose(inside)
}

/// Characters that belong to formulas.
const SYMBOLS: [char; 16] = [
    '\\', '^', '_', '=', '+', '<', '>', '/', '*', '{', '|', '(', '≤', '≥', '≈', '×',
];

/// How many marks of quotations stand before, on the same line.
fn quote_depth(before: &str) -> usize {
    let line = before.rsplit('\n').next().unwrap_or_default();
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
