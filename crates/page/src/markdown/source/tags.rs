//! The number of an equation, which some models write behind its closing delimiter: `\[ x \] \tag{1}`.

/// How long one is at the most, in bytes.
const LONGEST: usize = 64;

/// How long the tags are that the text begins with, with the blanks before them.
pub(super) fn length(text: &str) -> usize {
    let mut length = 0;
    // A formula has a tag and a label.
    for _ in 0..2 {
        match text.get(length..).and_then(one) {
            Some(found) => length += found,
            None => break,
        }
    }
    length
}

fn one(text: &str) -> Option<usize> {
    let line = text.trim_start_matches([' ', '\t']);
    // It may stand on the next line.
    let line = line.strip_prefix('\n').unwrap_or(line);
    let tag = line.trim_start_matches([' ', '\t']);
    let inside = ["\\tag{", "\\tag*{", "\\label{"]
        .into_iter()
        .find_map(|command| tag.strip_prefix(command))?;
    let end = inside
        .bytes()
        .take(LONGEST)
        .position(|byte| matches!(byte, b'}' | b'{' | b'\n'))?;
    let rest = inside.get(end..)?.strip_prefix('}')?;
    (end > 0).then_some(text.len() - rest.len())
}
