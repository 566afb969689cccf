//! Suggests a known name for a mistyped one.

/// The longest name that is compared; the work grows with the length.
const LONGEST: usize = 64;

/// The most similar known name, if one is similar enough.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let plain = plain(name);
    let near = known
        .iter()
        .map(|known| (distance(&plain, &self::plain(known)), *known));
    let most = (plain.chars().count() / 3).max(1);
    let (_, near) = near.filter(|(distance, _)| *distance <= most).min().unzip();
    near.or_else(|| part(&plain, known))
}

/// A known name of several words that contains this one: `conversation_ids` for `ids`.
fn part<'a>(plain: &str, known: &[&'a str]) -> Option<&'a str> {
    let mut with = known
        .iter()
        .filter(|known| known.split('_').any(|word| word == plain));
    with.next().copied().filter(|_| with.next().is_none())
}

/// The name without differences of style: `projectId` and `project_id` become equal.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-'));
    letters.flat_map(char::to_lowercase).collect()
}

/// How many letters to insert, delete, replace or swap (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&above, j) + usize::from(a != b);
            let mut least = replaced.min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            let is_swapped =
                i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            if is_swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_seen() {
        let known = ["title", "project_id", "metadata", "items"];
        for (name, meant) in [
            ("titel", Some("title")),
            ("Title", Some("title")),
            ("projectId", Some("project_id")),
            ("project", Some("project_id")),
            ("item", Some("items")),
            ("meta", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, &known), meant, "{name}");
        }
        assert_eq!(
            nearest("ids", &["conversation_ids"]),
            Some("conversation_ids")
        );
        assert_eq!(nearest(&"a".repeat(1_000), &known), None);
    }

    #[test]
    fn letters_are_counted() {
        for (one, other, letters) in [("", "", 0), ("ab", "ba", 1), ("ab", "abc", 1), ("a", "", 1)]
        {
            assert_eq!(distance(one, other), letters, "{one} {other}");
        }
    }
}
