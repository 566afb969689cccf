//! The calls of an answer, put together from their pieces.

use super::message::{Call, CallPiece};
use crate::error::Result;
use crate::items::{Content, ItemType, quoted};

/// The most calls of one answer.
const MOST: usize = 128;

#[derive(Default)]
pub(crate) struct ReplyCalls(Vec<(usize, Call)>);

impl ReplyCalls {
    /// Adds a piece, and returns whether it can be kept. Some servers give several calls the same
    /// index: another id begins another call.
    pub(super) fn add(&mut self, piece: &CallPiece) -> bool {
        let id = piece.id.as_deref().unwrap_or_default();
        let is_own = |(index, call): &(usize, Call)| {
            *index == piece.index && (id.is_empty() || call.id.is_empty() || call.id == id)
        };
        if !self.0.iter().any(is_own) {
            if self.0.len() == MOST {
                return false;
            }
            self.0.push((piece.index, Call::default()));
        }
        let found = self.0.iter_mut().rev().find(|one| is_own(one));
        let Some((_, call)) = found else {
            return false;
        };
        if call.id.is_empty() {
            id.clone_into(&mut call.id);
        }
        // Some servers repeat the name with each piece, and some send it in pieces.
        if call.arguments.is_empty() && call.name != piece.name {
            call.name.push_str(&piece.name);
        }
        call.arguments.push_str(&piece.arguments);
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the name of a call has not come.
    pub(super) fn has_nameless(&self) -> bool {
        self.0.iter().any(|(_, call)| call.name.is_empty())
    }

    /// The calls as items, in order. `id` makes an id for a call without one.
    pub(crate) fn contents(self, id: impl Fn() -> String) -> Result<Vec<Content>> {
        let calls = self.0.into_iter().map(|(_, mut call)| {
            if call.id.is_empty() {
                call.id = id();
            }
            content(&call)
        });
        calls.collect()
    }
}

/// The calls that these pieces make, in order. `None`: there are more than can be kept.
pub fn joined<'a>(pieces: impl IntoIterator<Item = &'a CallPiece>) -> Option<Vec<Call>> {
    let mut calls = ReplyCalls::default();
    let are_kept = pieces.into_iter().all(|piece| calls.add(piece));
    are_kept.then(|| calls.0.into_iter().map(|(_, call)| call).collect())
}

/// A call as an item.
pub fn content(call: &Call) -> Result<Content> {
    let Call {
        id,
        name,
        arguments,
    } = call;
    let [id, name, arguments] = [id, name, arguments].map(|text| quoted(text));
    let parts = format!(
        r#"[{{"call_id":{id},"name":{name},"arguments":{arguments},"status":"completed"}}]"#
    );
    Content::parse_item(ItemType::FUNCTION_CALL, Some(&parts), None)
}

/// The output of a call as an item.
pub fn output(call_id: &str, text: &str) -> Result<Content> {
    let [id, text] = [call_id, text].map(quoted);
    let parts = format!(r#"[{{"call_id":{id},"output":{text},"status":"completed"}}]"#);
    Content::parse_item(ItemType::FUNCTION_CALL_OUTPUT, Some(&parts), None)
}
