//! Marks in pairs around a title: quotation marks, brackets, emphasis, HTML elements.

/// Pairs that are removed where they enclose the whole line.
const PAIRS: &[(&str, &str)] = &[
    ("***", "***"),
    ("**", "**"),
    ("__", "__"),
    ("~~", "~~"),
    ("*", "*"),
    ("_", "_"),
    ("```", "```"),
    ("``", "``"),
    ("`", "`"),
    ("\\\"", "\\\""),
    ("\"", "\""),
    ("``", "''"),
    ("''", "''"),
    ("'", "'"),
    ("“", "”"),
    ("”", "”"),
    ("“", "“"),
    ("„", "“"),
    ("„", "”"),
    ("„", "\""),
    ("‟", "”"),
    ("‘", "’"),
    ("’", "’"),
    ("‚", "‘"),
    ("‚", "’"),
    ("‛", "’"),
    ("«", "»"),
    ("»", "«"),
    ("»", "»"),
    ("‹", "›"),
    ("›", "‹"),
    ("「", "」"),
    ("『", "』"),
    ("《", "》"),
    ("〈", "〉"),
    ("【", "】"),
    ("〖", "〗"),
    ("〔", "〕"),
    ("〝", "〞"),
    ("〝", "〟"),
    ("＂", "＂"),
    ("＇", "＇"),
    ("｢", "｣"),
    ("[", "]"),
    ("<", ">"),
];

/// Commands and elements that are removed in the same way.
const WRAPPERS: &[(&str, &str)] = &[
    ("$\\boxed{", "}$"),
    ("$\\text{", "}$"),
    ("\\boxed{", "}"),
    ("\\text{", "}"),
    ("\\title{", "}"),
    ("<title>", "</title>"),
    ("<h1>", "</h1>"),
    ("<b>", "</b>"),
    ("<strong>", "</strong>"),
];

/// Elements around a title, by their names.
const ELEMENTS: &[&str] = &[
    "title",
    "chat_title",
    "conversation_title",
    "conversation-title",
    "chat-title",
    "session_title",
    "name",
    "answer",
    "output",
    "response",
    "result",
    "p",
    "em",
    "i",
    "h2",
    "h3",
];

/// The text between the tags of such an element.
fn in_element(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix('<')?.split_once('>')?;
    let end = rest.rfind("</")?;
    let (inside, close) = rest.split_at(end);
    let is_same = close.get(2..)?.strip_suffix('>')? == name;
    (is_same && ELEMENTS.contains(&name.to_ascii_lowercase().as_str())).then_some(inside)
}

/// Whether all of the text is between quotation marks, or strong.
pub(super) fn is_quoted(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', '。']);
    let strong = ["**", "__", "`", "'"];
    let pairs = PAIRS
        .iter()
        .filter(|(open, _)| !open.is_ascii() || open.contains('"') || strong.contains(open));
    pairs
        .filter(|(open, close)| text.len() > open.len() + close.len())
        .any(|(open, close)| inside(text, open, close).is_some())
}

/// The text inside a pair that encloses the whole line. A pair around two parts stays: `"A" and
/// "B"`.
fn inside<'l>(line: &'l str, open: &str, close: &str) -> Option<&'l str> {
    let inside = line.strip_prefix(open)?.strip_suffix(close)?;
    if open == close {
        let apart = match close {
            // An apostrophe is between letters.
            "'" | "’" => {
                inside
                    .split(close)
                    .skip(1)
                    .all(|rest| rest.starts_with(char::is_alphanumeric))
                    && !inside
                        .split(close)
                        .any(|part| part.ends_with(char::is_whitespace))
            }
            _ => !inside.contains(close),
        };
        // A star followed by a space is not emphasis: `* in SELECT *`.
        let tight =
            !matches!(open, "*" | "_") || !inside.starts_with(' ') && !inside.ends_with(' ');
        return (apart && tight).then_some(inside);
    }
    let mut depth = 1_usize;
    for (at, c) in inside.char_indices() {
        let rest = inside.get(at..)?;
        if rest.starts_with(close) {
            depth -= 1;
            if depth == 0 {
                return None;
            }
        } else if rest.starts_with(open) || open.ends_with('{') && c == '{' {
            depth += 1;
        }
    }
    Some(inside)
}

/// Removes a quotation mark whose other half is missing.
fn without_half(line: &str) -> &str {
    for mark in ["\"", "“", "„", "«", "「", "『", "《", "**"] {
        let other = line
            .strip_prefix(mark)
            .filter(|rest| !rest.contains(mark) && !rest.contains(['”', '»', '」', '』', '》']))
            // `**kwargs` is a name.
            .filter(|rest| mark != "**" || !rest.starts_with(|c: char| c.is_ascii_lowercase()));
        if let Some(rest) = other {
            return rest.trim();
        }
    }
    for mark in ["\"", "”", "»", "」", "』", "》", "**"] {
        let other = line.strip_suffix(mark).filter(|rest| {
            !rest.contains(mark)
                && !rest.contains(['“', '„', '«', '「', '『', '《'])
                && rest.ends_with(char::is_alphabetic)
        });
        if let Some(rest) = other {
            return rest;
        }
    }
    line
}

/// The line without the marks around bold words.
pub(super) fn without_strong(line: &str) -> String {
    let parts: Vec<&str> = line.split("**").collect();
    // "**bold** in Markdown": the title is about the mark.
    let is_about = parts.first().is_some_and(|first| first.is_empty())
        && parts
            .get(1)
            .is_some_and(|part| part.starts_with(|c: char| c.is_ascii_lowercase()));
    let pairs = parts.len() > 2 && parts.len() % 2 == 1 && !is_about;
    let apt = |(at, part): (usize, &&str)| {
        let space = |c: char| c.is_whitespace();
        at % 2 == 0 || !part.is_empty() && !part.starts_with(space) && !part.ends_with(space)
    };
    match pairs && parts.iter().enumerate().all(apt) {
        true => parts.concat(),
        false => line.to_owned(),
    }
}

/// The text between the marks around the whole line. If there is only one of two marks, the line without
/// it.
pub(super) fn without(line: &str) -> &str {
    let around = PAIRS.iter().chain(WRAPPERS);
    let mut around = around.filter_map(|(open, close)| inside(line, open, close));
    match in_element(line).or_else(|| around.next()) {
        Some(inside) => inside.trim(),
        None => without_half(line),
    }
}
