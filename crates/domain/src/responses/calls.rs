//! The calls of functions that a response is writing.

use super::output::OutputContent;
use super::piece::ReadCallPiece;
use super::{OutputItem, Response};
use crate::error::ProviderFailure;

type Result<T> = std::result::Result<T, ProviderFailure>;

/// The most calls of functions in one response.
const MOST_CALLS: usize = 512;

#[derive(Default)]
pub(super) struct ResponseCalls(Vec<Call>);

/// A call that is being written.
struct Call {
    index: Option<u64>,
    id: Option<String>,
    /// Its index in the output, once its name is known.
    output_index: Option<usize>,
    /// Arguments that came before the name.
    early: String,
}

impl ResponseCalls {
    /// Whether the name of a call has not come.
    pub(super) fn has_nameless(&self) -> bool {
        self.0.iter().any(|call| call.output_index.is_none())
    }

    /// Adds a piece to its call.
    pub(super) fn add(&mut self, piece: ReadCallPiece, response: &mut Response) -> Result<()> {
        let at = self.number_of(&piece);
        if at >= MOST_CALLS {
            return Err(ProviderFailure::lasting(
                "it called more than 512 tools at once.",
            ));
        }
        let Some(call) = self.0.get_mut(at) else {
            return Ok(());
        };
        call.id = call.id.take().or(piece.id);
        let Some(output_index) = call.output_index else {
            call.early.push_str(&piece.arguments);
            if piece.name.is_empty() {
                return Ok(());
            }
            let arguments = std::mem::take(&mut call.early);
            let bytes = arguments.len();
            let call_id = call.id.clone();
            let call_id = call_id.unwrap_or_else(|| format!("call_{}_{at}", response.id.ulid()));
            call.id = Some(call_id.clone());
            call.output_index = Some(response.output.len());
            response.output.push(OutputItem::new(OutputContent::Call {
                call_id,
                name: piece.name,
                arguments,
            }));
            response.came(response.output.len() - 1, 0, bytes);
            return Ok(());
        };
        let Some(OutputItem {
            kind: OutputContent::Call {
                name, arguments, ..
            },
            ..
        }) = response.output.get_mut(output_index)
        else {
            return Ok(());
        };
        // Some servers repeat the name with each piece, and some send it in pieces.
        if arguments.is_empty() && *name != piece.name {
            name.push_str(&piece.name);
        }
        if !piece.arguments.is_empty() {
            arguments.push_str(&piece.arguments);
            response.came(output_index, 0, piece.arguments.len());
        }
        Ok(())
    }

    /// The call that a piece belongs to; a new one is added. Some servers give each call the same
    /// index, or no index, and some give several calls one id.
    fn number_of(&mut self, piece: &ReadCallPiece) -> usize {
        let mut known = self.0.iter();
        let found = match (&piece.id, piece.index) {
            (Some(id), index) => known.rposition(|call| {
                let is_other = index.is_some() && call.index.is_some() && call.index != index;
                let is_same = call.id.as_ref() == Some(id) && !is_other;
                is_same || call.id.is_none() && call.index.is_some() && call.index == index
            }),
            (None, Some(index)) => known.rposition(|call| call.index == Some(index)),
            (None, None) if piece.name.is_empty() => self.0.len().checked_sub(1),
            (None, None) => None,
        };
        found.unwrap_or_else(|| {
            self.0.push(Call {
                index: piece.index,
                id: None,
                output_index: None,
                early: String::new(),
            });
            self.0.len() - 1
        })
    }
}
