//! Quotation marks and Markdown around a title.

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

/// What stands between the tags of such an element.
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
    let around = PAIRS.iter().chain(WRAPPERS);
    let mut around = around.filter_map(|(open, close)| inside(line, open, close));
    let around = in_element(line).or_else(|| around.next());
    let line = match around {
        Some(inside) => inside.trim(),
        None => without_half(line),
    };
    without_strong(line)
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
fn without_strong(line: &str) -> String {
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

/// White space, control characters, and marks beyond ASCII.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{BF}' | '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{303F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FF00}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}' | '\u{FFFD}')
        || c.is_whitespace()
        || c.is_control()
}
