//! A message's HTML is cleaned in pieces of whole blocks: the sanitiser makes a tree of each, which takes
//! ten times the room of its text and more.

use super::sanitiser;

#[derive(Default)]
pub(super) struct CleanPieces {
    pub(super) clean: String,
    /// The bytes before they were cleaned.
    pub(super) bytes: usize,
}

impl CleanPieces {
    /// The bytes of a piece, unless a block has more.
    pub(super) const SIZE: usize = 16 * 1024;

    /// The most tags in a piece, for which the sanitiser needs some megabytes.
    const TAGS: usize = 40_000;

    /// Cleans a piece, and empties it; `None` where it has too many elements.
    pub(super) fn add(&mut self, piece: &mut String) -> Option<()> {
        if piece.bytes().filter(|byte| *byte == b'<').count() > Self::TAGS {
            return None;
        }
        self.bytes += piece.len();
        self.clean.push_str(&sanitiser::clean(piece));
        piece.clear();
        Some(())
    }
}
