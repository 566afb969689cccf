//! The messages of a turn as arrays.

use crate::postgres::ids;
use crate::postgres::item_rows::parts::PartArrays;
use crate::postgres::roles::stored_role;
use domain::chat::FinishedTurn;

/// The messages as one array per column.
pub(super) struct TurnArrays<'a> {
    /// The part of each id that is known before its number.
    pub(super) seeds: Vec<Vec<u8>>,
    pub(super) roles: Vec<i16>,
    pub(super) models: Vec<Option<&'a str>>,
    pub(super) contents: Vec<&'a str>,
    pub(super) reasonings: Vec<Option<&'a str>>,
    pub(super) parts: PartArrays<'a>,
}

impl<'a> From<&'a FinishedTurn> for TurnArrays<'a> {
    fn from(turn: &'a FinishedTurn) -> Self {
        let each = turn.messages.iter();
        Self {
            seeds: each
                .clone()
                .map(|message| ids::seed(message.seed).to_vec())
                .collect(),
            roles: each
                .clone()
                .map(|message| stored_role(message.role))
                .collect(),
            models: each
                .clone()
                .map(|message| message.model.as_deref())
                .collect(),
            reasonings: each
                .clone()
                .map(|message| message.reasoning.as_deref())
                .collect(),
            contents: each
                .clone()
                .map(|message| message.content.stored_text())
                .collect(),
            parts: each.map(|message| &message.content).collect(),
        }
    }
}

impl TurnArrays<'_> {
    /// The size of the texts, parts and thoughts in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts = self.contents.iter();
        let thoughts = self.reasonings.iter().flatten();
        let texts: usize = texts.chain(thoughts).map(|text| text.len()).sum();
        texts + self.parts.bytes()
    }
}
