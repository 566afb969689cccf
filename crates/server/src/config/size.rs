//! Numbers and sizes in settings.

/// A number that PostgreSQL can compare, without a sign.
pub(super) fn number(value: &str) -> Option<u64> {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| is_number);
    number.filter(|number| i64::try_from(*number).is_ok())
}

/// Bytes, or a number of larger units.
pub(super) fn size(value: &str) -> Option<u64> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    let unit = units
        .iter()
        .find_map(|(name, bits)| Some((value.strip_suffix(name)?, *bits)));
    let (count, bits) = unit.unwrap_or((value, 0));
    let size = number(count.trim_end())?.checked_mul(1 << bits)?;
    i64::try_from(size).is_ok().then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (value, bytes) in [
            ("0", Some(0)),
            ("1500", Some(1_500)),
            ("1GiB", Some(1 << 30)),
            ("20 MiB", Some(20 << 20)),
            ("8388608TiB", None),
            ("GiB", None),
            ("", None),
            ("+1", None),
            ("1gib", None),
        ] {
            assert_eq!(size(value), bytes, "{value}");
        }
    }
}
