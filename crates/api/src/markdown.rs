//! Messages within a Markdown document: a block that a message leaves open must end with the
//! message.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// The line that closes a block which the message leaves open: a code fence, or raw HTML. Without
/// it, the rest of the document would be part of that block.
pub(crate) fn closing(message: &str) -> Option<String> {
    // Every block that can stay open contains one of these.
    if !["```", "~~~", "<"]
        .iter()
        .any(|mark| message.contains(mark))
    {
        return None;
    }
    let (kind, range) = last_block(message)?;
    if range.end < message.trim_end().len() {
        return None;
    }
    let block = message.get(range)?;
    match kind {
        Kind::Fence => fence(block),
        Kind::Html => html(block).map(str::to_owned),
    }
}

enum Kind {
    Fence,
    Html,
}

/// The last top-level block, if it can be open. A block within a list or a quotation ends with
/// that.
fn last_block(message: &str) -> Option<(Kind, Range<usize>)> {
    let options = Options::ENABLE_TABLES;
    let mut depth = 0_usize;
    let mut last = None;
    for (event, range) in Parser::new_ext(message, options).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    last = match tag {
                        Tag::CodeBlock(CodeBlockKind::Fenced(_)) => Some((Kind::Fence, range)),
                        Tag::HtmlBlock => Some((Kind::Html, range)),
                        _ => None,
                    };
                }
                depth += 1;
            }
            Event::End(TagEnd::HtmlBlock) => {
                // The end of an HTML block is known only with its end event.
                if let Some((Kind::Html, whole)) = &mut last {
                    whole.end = whole.end.max(range.end);
                }
                depth = depth.saturating_sub(1);
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    last
}

/// The fence that closes the block, unless it is closed.
fn fence(block: &str) -> Option<String> {
    let mut lines = block.lines().map(str::trim);
    let first = lines.next()?;
    let mark = first.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = first.chars().take_while(|c| *c == mark).count();
    let last = block.trim_end().lines().skip(1).last().unwrap_or_default();
    let indent = last.len() - last.trim_start().len();
    let run = last.trim();
    let closed = indent < 4 && run.chars().count() >= length && run.chars().all(|c| c == mark);
    (!closed).then(|| String::from(mark).repeat(length))
}

/// The end of raw HTML that continues over blank lines (CommonMark's kinds 1 to 5), unless it is
/// closed.
fn html(block: &str) -> Option<&'static str> {
    let lower = block.trim_start().to_ascii_lowercase();
    let open = [
        ("<!--", "-->"),
        ("<![cdata[", "]]>"),
        ("<?", "?>"),
        ("<script", "</script>"),
        ("<style", "</style>"),
        ("<pre", "</pre>"),
        ("<textarea", "</textarea>"),
        ("<!", ">"),
    ];
    let (_, end) = open.iter().find(|(begin, _)| lower.starts_with(begin))?;
    // Any of the four closing tags ends such a block.
    let ends: &[&str] = match end.starts_with("</") {
        true => &["</script>", "</style>", "</pre>", "</textarea>"],
        false => std::slice::from_ref(end),
    };
    (!ends.iter().any(|end| lower.contains(end))).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::closing;

    #[test]
    fn blocks_that_a_message_leaves_open_are_closed() {
        for (message, expected) in [
            ("```python\ndef f():\n    return", "```"),
            ("text\n\n```", "```"),
            ("````md\n```\na\n```", "````"),
            ("~~~\na\n```", "~~~"),
            ("```\na\n~~~", "```"),
            ("```\na\n    ```", "```"),
            ("```\na\n``` b", "```"),
            ("```\na\n```\n\n```js\nb\n", "```"),
            ("   ```\n   a", "```"),
            ("<!-- a\n\nb", "-->"),
            ("<pre>\na", "</pre>"),
            ("<script>\na\n\nb", "</script>"),
            ("<?php\n\na", "?>"),
            ("<![CDATA[\n\na", "]]>"),
        ] {
            assert_eq!(closing(message).as_deref(), Some(expected), "{message:?}");
            let closed = format!("{message}\n{expected}\n");
            assert_eq!(closing(&closed), None, "{closed:?}");
        }
    }

    #[test]
    fn closed_blocks_stay_as_they_are() {
        for message in [
            "text",
            "```\na\n```",
            "```\na\n````  \n\n",
            "~~~\na\n~~~",
            "a ``` b",
            "`` a",
            // Lists and quotations end with the message, and so do the blocks in them.
            "- ```\n  a",
            "1. text\n\n   ```\n   a",
            "> ```\n> a",
            "```\na\n```\ntext",
            "    ```\n    a",
            "<div>\n\na",
            "<!-- a -->",
            "a <!-- b",
            "<b>a",
        ] {
            assert_eq!(closing(message), None, "{message:?}");
        }
    }
}
