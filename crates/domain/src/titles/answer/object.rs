//! A title in an object of JSON, or in something like it.

/// The names that models give to the title, in lower case.
const KEYS: &[&str] = &[
    "title",
    "titel",
    "titre",
    "título",
    "titulo",
    "titolo",
    "标题",
    "標題",
    "タイトル",
    "제목",
    "заголовок",
    "название",
    "name",
    "topic",
    "chat_title",
    "conversation_title",
];

/// The title in the first object or list that begins a line.
pub(super) fn title(said: &str) -> Option<String> {
    let mut at = 0;
    for line in said.split_inclusive('\n') {
        let text = line.trim_start_matches(|c: char| c.is_whitespace() || c == '`');
        let text = text.strip_prefix("json").map_or(text, str::trim_start);
        let list = text.starts_with("[\"") && closes(text);
        if text.starts_with('{') || list {
            let from = at + (line.len() - text.len());
            return of_object(said.get(from..)?);
        }
        at += line.len();
    }
    None
}

/// Whether the list ends at the end of its line, or on a later line: `["a"].join()` is code.
fn closes(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '`' | '.' | ','));
    end.ends_with([']', '"', '[', '}', '{'])
}

fn of_object(text: &str) -> Option<String> {
    let inside = text.get(1..)?;
    if let Some(title) = of_bare_key(inside.trim_start()) {
        return Some(title);
    }
    inside.trim_start().strip_prefix(['"', '\'', '{'])?;
    let mut first = None;
    let mut key: Option<String> = None;
    let mut rest = inside;
    while let Some(start) = rest.find(['"', '\'']) {
        let found = rest.get(start..)?;
        let Some((string, after)) = string(found) else {
            break;
        };
        rest = after;
        let next = after.trim_start();
        if let Some(value) = next.strip_prefix(':') {
            key = Some(string.to_lowercase());
            rest = value;
            continue;
        }
        match key.take() {
            Some(key) if KEYS.contains(&key.as_str()) => return Some(string),
            _ => first = first.or(Some(string)),
        }
    }
    first
}

/// `{title: "…"}`
fn of_bare_key(inside: &str) -> Option<String> {
    let (key, value) = inside.split_once(':')?;
    let is_key = KEYS.contains(&key.trim().to_lowercase().as_str());
    let value = is_key.then(|| value.trim_start())?;
    string(value).map(|(title, _)| title)
}

/// The string at the beginning of the text, and the text after it.
fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut out = String::new();
    let mut half = None;
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == quote {
            return Some((out, text.get(at + 1..)?));
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next()?.1 {
            'n' | 'r' | 't' | 'b' | 'f' => out.push(' '),
            'u' => {
                let digits: String = characters.by_ref().take(4).map(|(_, c)| c).collect();
                let unit = u16::from_str_radix(&digits, 16).ok()?;
                let units = [half.take().unwrap_or(unit), unit];
                match unit {
                    0xD800..=0xDBFF => half = Some(unit),
                    0xDC00..=0xDFFF => out.extend(char::decode_utf16(units).flatten()),
                    _ => out.extend(char::from_u32(unit.into())),
                }
            }
            c => out.push(c),
        }
    }
    // The string was cut off.
    (!out.trim().is_empty()).then_some((out, ""))
}
