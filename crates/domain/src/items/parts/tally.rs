//! How much text a JSON text has, and why it cannot be kept.

use crate::json::{Unique, Unread, inspect, reason};

/// The fields whose texts count.
const TEXTS: [&str; 6] = ["text", "refusal", "arguments", "output", "input", "code"];

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
    match inspect(json, &TEXTS, Unique::Everywhere) {
        Ok(facts) if facts.has_nul => Err(Unsound::Nul),
        Ok(facts) => Ok(facts.characters),
        Err(Unread::Twice(name)) => Err(Unsound::Twice(name)),
        Err(Unread::Unreadable(error)) => Err(Unsound::Unreadable(reason(&error))),
    }
}
