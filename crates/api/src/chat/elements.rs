//! Reads arrays of a request element by element: no list is made of eight million empty elements.

use crate::error::ApiError;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Passes each element with its index to the function, until one is refused. `None`: the text is
/// not an array.
pub(super) fn each_element<'a>(
    array: &'a str,
    look: impl FnMut(usize, &'a str) -> Result<(), ApiError>,
) -> Result<(), Option<ApiError>> {
    let mut refused = None;
    let elements = Elements {
        look,
        refused: &mut refused,
    };
    let mut deserializer = serde_json::Deserializer::from_str(array);
    match elements.deserialize(&mut deserializer) {
        Ok(()) => Ok(()),
        Err(_) => Err(refused),
    }
}

struct Elements<'a, F> {
    look: F,
    refused: &'a mut Option<ApiError>,
}

impl<'de, F: FnMut(usize, &'de str) -> Result<(), ApiError>> DeserializeSeed<'de>
    for Elements<'_, F>
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(usize, &'de str) -> Result<(), ApiError>> Visitor<'de> for Elements<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(element) = elements.next_element::<&RawValue>()? {
            if let Err(error) = (self.look)(index, element.get()) {
                *self.refused = Some(error);
                return Err(A::Error::custom("refused"));
            }
            index += 1;
        }
        Ok(())
    }
}
