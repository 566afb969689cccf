//! The contents of a JSON text: read once, without a tree of values, which may take fifty times the memory.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

/// Which objects must not have a name twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// All of them.
    Everywhere,
    /// The outermost one.
    AtTop,
}

/// The contents of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How many characters the texts of the counted fields have.
    pub characters: usize,
    /// Whether a text or a name has a NUL character, which cannot be stored.
    pub has_nul: bool,
}

/// Why a text cannot be read.
#[derive(Debug)]
pub enum Unread {
    /// An object has this name twice.
    Twice(String),
    Unreadable(serde_json::Error),
}

/// Reads a text. `counted` are the names of the fields whose texts count.
pub fn inspect(json: &str, counted: &[&str], unique: Unique) -> Result<Facts, Unread> {
    let notes = Notes {
        counted,
        unique,
        characters: Cell::default(),
        has_nul: Cell::default(),
        twice: Cell::default(),
    };
    let value = Value {
        notes: &notes,
        counts: false,
        is_top: true,
    };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = value.deserialize(&mut deserializer);
    if let Some(name) = notes.twice.take() {
        return Err(Unread::Twice(name));
    }
    read.map_err(Unread::Unreadable)?;
    Ok(Facts {
        characters: notes.characters.get(),
        has_nul: notes.has_nul.get(),
    })
}

/// Why a text cannot be read, with the limit where there is one.
pub fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    if said.contains("recursion limit") {
        "it is nested deeper than 127 levels".to_owned()
    } else if said.contains("number out of range") {
        "it has a number beyond the range of a double, about 1.8e308".to_owned()
    } else {
        said
    }
}

struct Notes<'a> {
    counted: &'a [&'a str],
    unique: Unique,
    characters: Cell<usize>,
    has_nul: Cell<bool>,
    twice: Cell<Option<String>>,
}

/// A value.
#[derive(Clone, Copy)]
struct Value<'a> {
    notes: &'a Notes<'a>,
    /// Whether it is the value of a field whose text counts.
    counts: bool,
    is_top: bool,
}

impl Value<'_> {
    fn look(self, text: &str) {
        if text.contains('\0') {
            self.notes.has_nul.set(true);
        }
    }
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
        self.look(text);
        if self.counts {
            let characters = &self.notes.characters;
            characters.set(characters.get() + text.chars().count());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let is_unique = self.is_top || self.notes.unique == Unique::Everywhere;
        // Of a million names, the names themselves would take ten times the bytes that were sent. Two
        // of a million are taken for one in one of thirty million texts.
        let (mut names, hasher) = (HashSet::new(), RandomState::new());
        while let Some(name) = map.next_key::<String>()? {
            self.look(&name);
            let counts = self.notes.counted.contains(&name.as_str());
            if is_unique && !names.insert(hasher.hash_one(&name)) {
                self.notes.twice.set(Some(name));
                return Err(A::Error::custom("a name is given twice"));
            }
            map.next_value_seed(Self {
                counts,
                is_top: false,
                ..self
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let element = Self {
            is_top: false,
            ..self
        };
        while elements.next_element_seed(element)?.is_some() {}
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
