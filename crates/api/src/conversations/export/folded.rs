use std::borrow::Cow;
use std::fmt::Write as _;

/// A model's thoughts, folded where Markdown is shown as HTML. They are a quotation, so a block
/// that they leave open ends with them.
pub(super) fn folded(text: &mut String, thoughts: &str) {
    text.push_str("<details>\n<summary>Thoughts</summary>\n\n");
    for line in thoughts.lines() {
        let _ = writeln!(text, "> {}", unfolding(line));
    }
    text.push_str("\n</details>\n\n");
}

/// The line without tags that would end the fold.
fn unfolding(line: &str) -> Cow<'_, str> {
    let lower = line.to_ascii_lowercase();
    let ends = ["details", "summary"]
        .iter()
        .any(|tag| lower.contains(&format!("<{tag}")) || lower.contains(&format!("</{tag}")));
    match ends {
        true => Cow::Owned(line.replace('<', "&lt;")),
        false => Cow::Borrowed(line),
    }
}
