//! How much text a JSON text has, and why it cannot be kept.

use crate::json::{Unique, Unread, inspect};

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
        Err(Unread::Unreadable(error)) => Err(Unsound::Unreadable(reason(&error.to_string()))),
    }
}

/// The reader's reason, with the limit where there is one.
fn reason(said: &str) -> String {
    if said.contains("recursion limit") {
        "it is nested deeper than 127 levels".to_owned()
    } else if said.contains("number out of range") {
        "it has a number beyond the range of a double, about 1.8e308".to_owned()
    } else {
        said.to_owned()
    }
}
