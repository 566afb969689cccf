//! The surroundings of a line of a message: a fence, a formula, tags, a comment, a document's header.

use super::rank::{CODE, MARK, QUOTED, SENTENCE};

/// The longest name of a tag, in bytes.
const NAME: usize = 40;

#[derive(Default)]
pub(super) struct LineContext<'m> {
    fence: Option<&'m str>,
    /// Until this closes it.
    formula: Option<&'static str>,
    /// The name of the tag that stands on a line of its own.
    tag: Option<&'m str>,
    is_comment: bool,
    /// How many lines of its header a document has yet.
    header: usize,
    is_trace: bool,
}

impl<'m> LineContext<'m> {
    pub(super) fn of(message: &str) -> Self {
        Self {
            header: header(message),
            ..Self::default()
        }
    }

    /// The words of the line, and the best rank that they can have as a title.
    pub(super) fn see(&mut self, line: &'m str) -> Option<(u8, &'m str)> {
        if self.header > 0 {
            self.header -= 1;
            return Some((CODE, line));
        }
        let line = self.without_comment(line);
        if let Some(mark) = fence_mark(line) {
            self.fence = match self.fence {
                None => Some(mark),
                // Another fence in it is code.
                Some(open) if mark.starts_with(open) => None,
                open => open,
            };
            return None;
        }
        if self.fence.is_some() || self.is_formula(line) {
            return Some((CODE, line));
        }
        self.is_trace &= !line.is_empty();
        self.is_trace |= line.starts_with("Traceback (most recent call last)");
        if self.is_trace {
            return Some((CODE, line));
        }
        if let Some((name, closes)) = tag(line) {
            match (self.tag, closes) {
                (Some(open), true) if open == name => self.tag = None,
                (None, false) => self.tag = Some(name),
                _ => {}
            }
            return Some((MARK, line));
        }
        match self.tag {
            Some(_) => Some((QUOTED, line)),
            None => Some((SENTENCE, line)),
        }
    }

    fn without_comment(&mut self, line: &'m str) -> &'m str {
        let mut rest = line;
        loop {
            if self.is_comment {
                let Some((_, after)) = rest.split_once("-->") else {
                    return "";
                };
                (self.is_comment, rest) = (false, after.trim_start());
            }
            match rest.strip_prefix("<!--") {
                Some(inside) => (self.is_comment, rest) = (true, inside),
                None => return rest,
            }
        }
    }

    /// Whether the line is a formula, or within one.
    fn is_formula(&mut self, line: &str) -> bool {
        if let Some(close) = self.formula {
            if line.ends_with(close) {
                self.formula = None;
            }
            return true;
        }
        for (open, close) in [("$$", "$$"), ("\\[", "\\]")] {
            let Some(inside) = line.strip_prefix(open) else {
                continue;
            };
            if inside.is_empty() {
                self.formula = Some(close);
            }
            return inside.is_empty() || inside.ends_with(close);
        }
        false
    }
}

/// How many lines a document's header has, its marks included: `---`, fields, `---`.
fn header(message: &str) -> usize {
    const MOST: usize = 64;
    let mut lines = message.lines();
    if lines.next().is_none_or(|line| line.trim_end() != "---") {
        return 0;
    }
    for (at, line) in lines.take(MOST).enumerate() {
        let line = line.trim_end();
        match line {
            "---" if at > 0 => return at + 2,
            _ if line.starts_with([' ', '-', '#']) || line.contains(':') => {}
            _ => return 0,
        }
    }
    0
}

/// The name of the tag that the line consists of, and whether it closes.
fn tag(line: &str) -> Option<(&str, bool)> {
    let inside = line.strip_prefix('<')?.strip_suffix('>')?;
    let (inside, closes) = match inside.strip_prefix('/') {
        Some(name) => (name, true),
        None => (inside, false),
    };
    let name = inside.split([' ', '/']).next().unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= NAME
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-:.".contains(&b));
    (is_name && !inside.contains(['<', '>'])).then_some((name, closes))
}

/// The text that clients write in place of an attachment: `[image: a.png]`.
pub(super) fn is_mark(line: &str) -> bool {
    const KINDS: &[&str] = &[
        "image",
        "img",
        "picture",
        "photo",
        "file",
        "attachment",
        "attached",
        "audio",
        "video",
        "document",
        "pdf",
        "screenshot",
        "bild",
        "datei",
        "fichier",
        "imagen",
        "archivo",
        "图片",
        "图像",
        "文件",
        "附件",
        "画像",
        "изображение",
        "файл",
    ];
    let inside = line.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let Some(inside) = inside.filter(|inside| !inside.contains(['[', ']'])) else {
        return false;
    };
    let kind = inside
        .split([':', ' ', '#', '：'])
        .next()
        .unwrap_or_default();
    KINDS.contains(&kind.to_lowercase().as_str())
}

fn fence_mark(line: &str) -> Option<&str> {
    let first = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let end = line.find(|c| c != first).unwrap_or(line.len());
    let (mark, rest) = line.split_at(end);
    (mark.len() >= 3 && !rest.contains('`')).then_some(mark)
}
