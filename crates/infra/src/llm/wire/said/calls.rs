//! The calls of tools in a message, or pieces of them.

use crate::llm::wire::text;
use domain::replies::CallPiece;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    index: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    function: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

/// Reads `tool_calls`, and `function_call` of the older API. Other values give no piece.
pub(super) fn read(calls: Option<&RawValue>, older: Option<&RawValue>) -> Vec<CallPiece> {
    let calls = calls.and_then(|calls| serde_json::from_str::<Vec<Call<'_>>>(calls.get()).ok());
    let calls = calls.unwrap_or_default().into_iter().enumerate();
    let calls = calls.filter_map(|(at, call)| {
        let index = call.index.and_then(|index| index.get().parse().ok());
        Some(CallPiece {
            index: index.unwrap_or(at),
            id: call.id.and_then(text::string),
            ..function(call.function?)?
        })
    });
    let mut pieces: Vec<_> = calls.collect();
    if pieces.is_empty() {
        pieces.extend(older.and_then(function));
    }
    pieces
}

fn function(raw: &RawValue) -> Option<CallPiece> {
    let function: Function<'_> = serde_json::from_str(raw.get()).ok()?;
    // Some servers write an object.
    let arguments = function.arguments.filter(|raw| raw.get() != "null");
    let arguments = arguments.map(|raw| text::string(raw).unwrap_or_else(|| raw.get().to_owned()));
    Some(CallPiece {
        name: function.name.and_then(text::string).unwrap_or_default(),
        arguments: arguments.unwrap_or_default(),
        ..CallPiece::default()
    })
}
