//! Text in providers' JSON strings, in which a surrogate pair may be split between two strings.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// The bytes of half a surrogate pair (WTF-8).
const HALF: usize = 3;

/// The content of a JSON string: UTF-8, except that half a surrogate pair may stand alone.
struct Wtf8(Vec<u8>);

impl<'de> Deserialize<'de> for Wtf8 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Wtf8;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Wtf8, E> {
                Ok(Wtf8(bytes.to_vec()))
            }
        }
        // As text, half a pair would be an error.
        deserializer.deserialize_bytes(Bytes)
    }
}

/// The bytes of a string, for [`Joined`]; `None` where the value is not a string.
pub(super) fn bytes(raw: &RawValue) -> Option<Vec<u8>> {
    let is_string = raw.get().starts_with('"');
    let text: Wtf8 = is_string.then(|| serde_json::from_str(raw.get()).ok())??;
    Some(text.0)
}

/// A string by itself; `None` where the value is not a string.
pub(super) fn string(raw: &RawValue) -> Option<String> {
    let mut joined = Joined::default();
    let mut text = joined.push(bytes(raw)?);
    text.extend(joined.end());
    Some(text)
}

/// Joins consecutive texts. A half at the end of one text is joined with the half at the beginning
/// of the next; a half without its other half becomes U+FFFD.
#[derive(Debug, Default)]
pub(in crate::llm) struct Joined {
    half: Vec<u8>,
}

impl Joined {
    pub(in crate::llm) fn push(&mut self, next: Vec<u8>) -> String {
        let mut bytes = match self.half.is_empty() {
            true => next,
            false if next.is_empty() => return String::new(),
            false => [std::mem::take(&mut self.half), next].concat(),
        };
        let last = bytes.len().saturating_sub(HALF);
        if bytes.get(last..).and_then(high).is_some() {
            self.half = bytes.split_off(last);
        }
        String::from_utf8(bytes).unwrap_or_else(|error| joined(error.as_bytes()))
    }

    /// The replacement for a half whose other half has not come.
    pub(in crate::llm) fn end(&mut self) -> Option<char> {
        let alone = !std::mem::take(&mut self.half).is_empty();
        alone.then_some(char::REPLACEMENT_CHARACTER)
    }
}

/// Text that may contain halves.
fn joined(mut bytes: &[u8]) -> String {
    let mut text = String::new();
    while !bytes.is_empty() {
        let valid = match std::str::from_utf8(bytes) {
            Ok(all) => {
                text.push_str(all);
                break;
            }
            Err(error) => error.valid_up_to(),
        };
        let (before, rest) = bytes.split_at(valid);
        text.push_str(&String::from_utf8_lossy(before));
        let pair = rest
            .get(..HALF)
            .and_then(high)
            .zip(rest.get(HALF..2 * HALF).and_then(low));
        let (character, length) = match pair {
            Some((high, low)) => (char::from_u32(0x1_0000 + (high << 10) + low), 2 * HALF),
            None => (None, HALF),
        };
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        bytes = rest.get(length..).unwrap_or_default();
    }
    text
}

/// The ten bits of a first half.
fn high(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [0xED, second @ 0xA0..=0xAF, third @ 0x80..=0xBF] => Some(bits(*second, *third) & 0x3FF),
        _ => None,
    }
}

/// The ten bits of a second half.
fn low(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [0xED, second @ 0xB0..=0xBF, third @ 0x80..=0xBF] => Some(bits(*second, *third) & 0x3FF),
        _ => None,
    }
}

fn bits(second: u8, third: u8) -> u32 {
    (u32::from(second & 0x3F) << 6) | u32::from(third & 0x3F)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pieces: &[&str]) -> String {
        let mut joined = Joined::default();
        let each = pieces.iter().map(|piece| {
            let raw = RawValue::from_string(format!("\"{piece}\"")).unwrap();
            joined.push(bytes(&raw).unwrap())
        });
        let mut text: String = each.collect();
        text.extend(joined.end());
        text
    }

    #[test]
    fn halves_are_joined_and_one_that_is_alone_is_replaced() {
        for (pieces, text) in [
            (vec!["a", "b"], "ab"),
            (vec![r"A\ud83d", r"\ude00B"], "A😀B"),
            (vec![r"A\ud83d", "", r"\ude00B"], "A😀B"),
            (vec![r"A\ud83d\ude00B"], "A😀B"),
            (vec![r"A\ud83d", "B"], "A\u{fffd}B"),
            (vec![r"A\ud83d"], "A\u{fffd}"),
            (vec![r"\ude00B"], "\u{fffd}B"),
            (vec![r"\ude00\ud83d"], "\u{fffd}\u{fffd}"),
            (vec![r"\ud83d\ud83d\ude00"], "\u{fffd}😀"),
            (vec![r"\ud83d", r"\ud83d", r"\ude00é"], "\u{fffd}😀é"),
            (vec![r"\udbff", r"\udfff"], "\u{10ffff}"),
            (vec![r"\ud800", r"\udc00"], "\u{10000}"),
        ] {
            assert_eq!(said(&pieces), text, "{pieces:?}");
        }
    }
}
