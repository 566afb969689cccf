//! The parts of an item, in addition to its plain text: the content parts of a message, or the
//! object of another type of item. It is kept as JSON text, since a tree of values loses the order
//! of names and the digits of numbers.

mod check;
mod compact;
mod kind;
mod list;
mod object;
mod part;
mod tally;

pub use kind::ItemType;
pub use list::Parts;
pub use object::{JsonObject, elements, first_elements, quoted, text};
pub use part::{MediaAddress, Part};

#[cfg(test)]
mod tests;
