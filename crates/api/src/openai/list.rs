//! The common shape of lists.

use serde::Serialize;

/// A page. The SDKs continue after `last_id` while `has_more`.
#[derive(Serialize)]
pub(super) struct ListBody<T> {
    object: &'static str,
    data: Vec<T>,
    /// Empty for an empty page: the SDKs' type is a text.
    first_id: String,
    last_id: String,
    has_more: bool,
}

impl<T> ListBody<T> {
    pub(super) fn new(
        data: Vec<T>,
        (first, last): (Option<String>, Option<String>),
        has_more: bool,
    ) -> Self {
        Self {
            object: "list",
            data,
            first_id: first.unwrap_or_default(),
            last_id: last.unwrap_or_default(),
            has_more,
        }
    }
}
