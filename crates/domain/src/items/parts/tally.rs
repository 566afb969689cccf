//! Counts the texts in a JSON text. It is read once, without a tree of values, which may take fifty
//! times the memory.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// The fields whose texts count.
const TEXTS: [&str; 6] = ["text", "refusal", "arguments", "output", "input", "code"];

#[derive(Default)]
struct Tally {
    characters: Cell<usize>,
    has_nul: Cell<bool>,
    twice: Cell<Option<String>>,
}

/// Why a JSON text cannot be kept.
#[derive(Debug)]
pub(super) enum Unsound {
    Nul,
    /// An object has this name twice.
    Twice(String),
    /// The reason.
    Unreadable(String),
}

/// How many characters the texts in a JSON text have.
pub(super) fn characters(json: &str) -> Result<usize, Unsound> {
    let tally = Tally::default();
    let value = Value {
        tally: &tally,
        counts: false,
    };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = value.deserialize(&mut deserializer);
    if let Some(name) = tally.twice.take() {
        return Err(Unsound::Twice(name));
    }
    read.map_err(|error| Unsound::Unreadable(error.to_string()))?;
    match tally.has_nul.get() {
        true => Err(Unsound::Nul),
        false => Ok(tally.characters.get()),
    }
}

/// A value or a name.
#[derive(Clone, Copy)]
struct Value<'a> {
    tally: &'a Tally,
    /// Whether it is the value of a field whose text counts.
    counts: bool,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            self.tally.has_nul.set(true);
        }
        if self.counts {
            let characters = &self.tally.characters;
            characters.set(characters.get() + text.chars().count());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if name.contains('\0') {
                self.tally.has_nul.set(true);
            }
            let counts = TEXTS.contains(&name.as_str());
            map.next_value_seed(Self { counts, ..self })?;
            if let Some(name) = names.replace(name) {
                self.tally.twice.set(Some(name));
                return Err(A::Error::custom("a name is given twice"));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}
