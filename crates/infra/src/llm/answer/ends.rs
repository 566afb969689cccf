//! How answers go wrong.

use crate::llm::bytes::Broken;
use domain::error::ProviderFailure;

pub(super) fn broken(error: &sse_stream::Error) -> ProviderFailure {
    match error {
        sse_stream::Error::Body(source) => source
            .downcast_ref::<Broken>()
            .map_or_else(not_text, Broken::failure),
        _ => not_text(),
    }
}

pub(super) fn not_text() -> ProviderFailure {
    ProviderFailure::failed("its answer is not UTF-8.")
}

pub(super) fn blank() -> ProviderFailure {
    ProviderFailure::lasting("its answer begins with more than 64 KiB of white space.")
}

/// The failure of an answer that stopped before its end.
pub(super) fn ended(begun: bool) -> ProviderFailure {
    match begun {
        true => ProviderFailure::failed("its answer broke off."),
        false => ProviderFailure::failed("its answer is empty."),
    }
}

/// An answer that is compressed like this.
pub(super) fn packed(name: &str) -> ProviderFailure {
    ProviderFailure::lasting(format!(
        "its answer is compressed ({name}), which was not asked for."
    ))
}
