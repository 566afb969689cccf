//! The wanted part of a shared conversation, and its form.

use super::CURSOR;
use super::format::ShareFormat;
use crate::list::{numbered, unknown_cursor};
use domain::error::Error;
use domain::id::Sequence;
use domain::page::{Limit, PAGE_BYTES};
use domain::shares::{ViewFrom, ViewPage};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetSharedConversationQuery {
    /// How many messages per page.
    #[param(minimum = 1, maximum = 500, default = 100)]
    pub(super) limit: Option<i64>,
    /// The `next_after` of the page before.
    #[param(min_length = 1)]
    after: Option<String>,
    /// A cursor as in `after`: the page that ends before it. Not together with `after`.
    #[param(min_length = 1)]
    before: Option<String>,
    /// The form of the answer; otherwise `Accept` decides, and clients that accept
    /// anything get JSON.
    #[param(inline)]
    pub(super) format: Option<ShareFormat>,
}

impl GetSharedConversationQuery {
    /// Where the page begins or ends, as a part of its address; only for a valid query.
    pub(super) fn cursor(&self) -> Option<String> {
        let cursors = [("after", &self.after), ("before", &self.before)];
        cursors.into_iter().find_map(|(name, cursor)| {
            let cursor = cursor.as_ref()?;
            Some(format!("&{name}={cursor}"))
        })
    }
}

/// The parameters of the query above.
pub(super) const KNOWN: [&str; 4] = ["limit", "after", "before", "format"];

impl TryFrom<&GetSharedConversationQuery> for ViewPage {
    type Error = Error;

    fn try_from(query: &GetSharedConversationQuery) -> Result<Self, Error> {
        let from = match (&query.after, &query.before) {
            (None, None) => ViewFrom::Beginning,
            (Some(after), None) => ViewFrom::After(sequence(after, "after")?),
            (None, Some(before)) => ViewFrom::Before(sequence(before, "before")?),
            (Some(_), Some(_)) => {
                let message = "before must be absent where after is given.";
                return Err(Error::invalid("before", message));
            }
        };
        Ok(Self {
            limit: Limit::of_shared(query.limit)?,
            bytes: PAGE_BYTES,
            from,
        })
    }
}

fn sequence(cursor: &str, param: &str) -> Result<Sequence, Error> {
    numbered(CURSOR, cursor)
        .map(Sequence)
        .ok_or_else(|| unknown_cursor(param))
}
