/// The part of the file system that must stay free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reserve {
    /// The smaller of 1 GiB and a tenth of the file system.
    #[default]
    Usual,
    Bytes(u64),
    /// No reserve: writes fail only when PostgreSQL finds no room.
    Off,
}

const MIB: u64 = 1 << 20;

impl Reserve {
    /// Reads `512MiB`, `1GiB`, a number of bytes, or `off`.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        if written.eq_ignore_ascii_case("off") {
            return Some(Self::Off);
        }
        let digits = written
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(written.len());
        let (number, unit) = written.split_at(digits);
        let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "kib" => 1 << 10,
            "mib" => 1 << 20,
            "gib" => 1 << 30,
            "tib" => 1 << 40,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            "tb" => 1_000_000_000_000,
            _ => return None,
        };
        match number.parse::<u64>().ok()?.checked_mul(unit)? {
            0 => Some(Self::Off),
            bytes => Some(Self::Bytes(bytes)),
        }
    }

    /// The reserve in bytes, on a file system of this size; `None` where no reserve is wanted.
    pub(super) fn of(self, total: u64) -> Option<u64> {
        match self {
            Self::Usual => Some((1 << 30).min(total / 10)),
            Self::Bytes(bytes) => Some(bytes),
            Self::Off => None,
        }
    }
}

/// The size of the ballast for a reserve: two to four segments of PostgreSQL's log, which
/// PostgreSQL needs first to start again.
pub(super) fn ballast(reserve: u64) -> u64 {
    reserve.clamp(32 * MIB, 64 * MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_a_number_of_bytes_or_off() {
        for (written, read) in [
            ("512MiB", Some(Reserve::Bytes(512 << 20))),
            ("1GiB", Some(Reserve::Bytes(1 << 30))),
            ("2 gib", Some(Reserve::Bytes(2 << 30))),
            ("5GB", Some(Reserve::Bytes(5_000_000_000))),
            ("1048576", Some(Reserve::Bytes(1 << 20))),
            ("off", Some(Reserve::Off)),
            ("0", Some(Reserve::Off)),
            ("0MiB", Some(Reserve::Off)),
            ("10%", None),
            ("-1", None),
            ("MiB", None),
            ("1.5GiB", None),
            ("99999999999TiB", None),
            ("", None),
        ] {
            assert_eq!(Reserve::parse(written), read, "{written}");
        }
    }

    #[test]
    fn the_usual_one_is_the_smaller_of_a_gibibyte_and_a_tenth() {
        assert_eq!(Reserve::Usual.of(1 << 40), Some(1 << 30));
        assert_eq!(Reserve::Usual.of(1000), Some(100));
        assert_eq!(Reserve::Off.of(1 << 40), None);
    }
}
