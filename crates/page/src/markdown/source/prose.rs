/// Whether it has words only: `\(see below\)`.
pub(super) fn is_prose(inside: &str) -> bool {
    let words = inside.split_whitespace().filter(|word| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        word.chars().count() > 1 && word.chars().all(char::is_alphabetic)
    });
    !inside.contains(['\\', '^', '_', '=', '{', '+', '<', '>', '|']) && words.count() > 1
}
