//! How long a time is that is written as `1m30s`, `37.66s`, `120ms` or `7 seconds`.

/// Words of providers that come before such a time.
const ANNOUNCED: [&str; 6] = [
    "try again in ",
    "retry in ",
    "retry after ",
    "try again after ",
    "wait for ",
    "wait ",
];

/// Seconds; `None` where the text does not begin with a time.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let mut rest = text.trim_start();
    let mut all = None;
    loop {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let (number, after) = split(rest, is_number);
        let (unit, after) = split(after.trim_start(), |c| c.is_ascii_alphabetic());
        let (Ok(number), Some(unit)) = (number.parse::<f64>(), in_seconds(unit)) else {
            return all;
        };
        all = Some(all.unwrap_or_default() + number * unit);
        rest = after.trim_start();
    }
}

/// The time after which a provider says in its words that it may be asked again.
pub(super) fn announced(words: &str) -> Option<f64> {
    let words = words.to_ascii_lowercase();
    let found = ANNOUNCED
        .iter()
        .filter_map(|before| words.split_once(before));
    found.into_iter().find_map(|(_, after)| seconds(after))
}

fn split(text: &str, is_in: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !is_in(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn in_seconds(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "ms" | "millisecond" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_unit() {
        for (text, expected) in [
            ("90s", Some(90.0)),
            ("1m30s", Some(90.0)),
            ("37.66s. Visit", Some(37.66)),
            ("120ms", Some(0.12)),
            ("7 seconds", Some(7.0)),
            ("2h 1 min", Some(7_260.0)),
            ("7", None),
            ("", None),
            ("Wed, 21 Oct", None),
            ("1..2s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        for (words, expected) in [
            (
                "Rate limit reached. Please try again in 37.66s. Visit",
                Some(37.66),
            ),
            ("Please retry after 7 seconds.", Some(7.0)),
            ("Please retry in 34.07s.", Some(34.07)),
            ("Try again later.", None),
            ("wait, then retry in 3s", Some(3.0)),
        ] {
            assert_eq!(announced(words), expected, "{words}");
        }
    }
}
