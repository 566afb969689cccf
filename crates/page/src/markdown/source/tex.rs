//! Signs that a text is TeX.

/// Functions that are also written without a backslash.
const FUNCTIONS: &[&str] = &[
    "sin", "cos", "tan", "log", "exp", "max", "min", "mod", "gcd", "lim", "det", "arg", "deg",
    "dim",
];

/// Commands whose argument is words.
const WORDS: &[&str] = &[
    "text",
    "textbf",
    "textit",
    "textrm",
    "texttt",
    "textsf",
    "mbox",
    "operatorname",
    "operatorname*",
    "mathrm",
    "mathbf",
    "mathsf",
    "mathtt",
    "mathit",
    "begin",
    "end",
    "label",
    "tag",
    "color",
    "textcolor",
];

/// Whether it has a command, or braces that are shown: `\alpha`, `\{`.
pub(super) fn has_command(text: &str) -> bool {
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c == '\\'
            && characters
                .next()
                .is_some_and(|c| c.is_ascii_alphabetic() || c == '{')
        {
            return true;
        }
    }
    false
}

/// Whether it has words that are neither commands nor their arguments.
pub(super) fn has_words(text: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '\\') {
        let from = rest.get(start..).unwrap_or_default();
        if let Some(command) = from.strip_prefix('\\') {
            rest = after_command(command);
            continue;
        }
        let end = from
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        // A triangle may be called ABC.
        let name = word.len() == 3 && word.chars().all(|c| c.is_ascii_uppercase());
        if word.chars().count() > 2 && !name && !FUNCTIONS.contains(&word) {
            return true;
        }
        rest = after;
    }
    false
}

/// The text after the command whose name `text` begins with, and after its arguments in words.
fn after_command(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphabetic() && c != '*');
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    if name.is_empty() {
        let mut characters = text.chars();
        characters.next();
        return characters.as_str();
    }
    if !WORDS.contains(&name) {
        return rest;
    }
    match rest.strip_prefix('{').map(|inside| inside.split_once('}')) {
        None => rest,
        // One that is cut off.
        Some(None) => "",
        Some(Some((_, after))) => after,
    }
}
