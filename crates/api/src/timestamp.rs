use chrono::{DateTime, Datelike as _, NaiveDateTime, SecondsFormat, Timelike as _, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// RFC 3339 in UTC, always with six digits of a second, so that the texts sort like the times. The
/// document writes the schema out at each use.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2025-12-23T10:00:00.000000Z")]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = written(&self.0.naive_utc());
        match written.as_ref().map(|text| std::str::from_utf8(text)) {
            Some(Ok(text)) => serializer.serialize_str(text),
            _ => serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true)),
        }
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

/// The text of a time whose year has four digits: a tenth of the library's work, and an answer may
/// have hundreds of times. `None` for other years, and for leap seconds.
fn written(time: &NaiveDateTime) -> Option<[u8; 27]> {
    let year = u32::try_from(time.year()).ok().filter(|y| *y <= 9_999)?;
    let micros = Some(time.nanosecond() / 1_000).filter(|micros| *micros < 1_000_000)?;
    let [y1, y2, y3, y4] = digits(year);
    let ([m1, m2], [d1, d2]) = (digits(time.month()), digits(time.day()));
    let ([h1, h2], [n1, n2]) = (digits(time.hour()), digits(time.minute()));
    let ([s1, s2], [f1, f2, f3, f4, f5, f6]) = (digits(time.second()), digits(micros));
    Some([
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.',
        f1, f2, f3, f4, f5, f6, b'Z',
    ])
}

/// A number in decimal, with zeros before it.
fn digits<const N: usize>(mut number: u32) -> [u8; N] {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_the_library_writes_it() {
        for (seconds, nanos) in [
            (0, 0),
            (1_766_484_000, 123_456_789),
            (951_826_554, 999_999_999),
            (-62_167_219_200, 1_000),
            (253_402_300_799, 999_999_000),
            (253_402_300_800, 0),
            (-62_167_219_201, 0),
            (1_483_228_799, 1_500_000_000),
        ] {
            let time = DateTime::from_timestamp(seconds, nanos).unwrap();
            let written = serde_json::to_value(Timestamp(time)).unwrap();
            assert_eq!(written, time.to_rfc3339_opts(SecondsFormat::Micros, true));
        }
    }
}
