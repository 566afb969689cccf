use super::query::GetSharedConversationQuery;
use super::{View, cursor};
use crate::error::ApiError;
use actix_web::rt::time::sleep;
use actix_web::web;
use domain::admission::{Budget, Caller, Limits};
use domain::error::Error;
use domain::limits::Origin;
use page::Neighbours;
use std::time::Duration;

/// More text than this is laid out on a thread that may take its time: a worker has others to serve.
const SMALL: usize = 16 * 1024;

/// Turns in laying out pages that are not small. What strangers wrote may keep a processor busy for
/// most of a second, and strangers choose how often it is asked for: each address has its turn, and
/// no more than half of the places.
#[derive(Clone)]
pub struct Layouts(Budget);

impl Layouts {
    /// How many may wait for each place, and how many of one address.
    const WAITING: usize = 16;
    const WAITING_EACH: usize = 4;

    /// How long one waits for its turn.
    const PATIENCE: Duration = Duration::from_secs(4);

    /// When it is worth coming back, in seconds.
    const RETRY_AFTER: u64 = 5;

    /// For `at_once` pages at a time.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        let limits = Limits::parts(at_once as u64, 2);
        let waiting = (at_once * Self::WAITING, at_once * Self::WAITING_EACH);
        Self(Budget::new(limits.with_waiting(waiting.0, waiting.1)))
    }
}

/// A page of what a link shows, for a browser.
pub(super) async fn write(
    view: View,
    neighbours: Neighbours,
    layouts: &Layouts,
    origin: Origin,
) -> Result<String, ApiError> {
    let weight: usize = view
        .items
        .iter()
        .map(|item| item.content.as_str().len())
        .sum();
    if weight <= SMALL {
        return Ok(page::conversation(&view, &neighbours));
    }
    let patience = sleep(Layouts::PATIENCE);
    let turn = layouts.0.take(Caller::Address(origin), 1, patience).await;
    let turn = turn.map_err(|_| Error::Overloaded {
        retry_after: Layouts::RETRY_AFTER,
    })?;
    let written = web::block(move || {
        let page = page::conversation(&view, &neighbours);
        drop(turn);
        page
    });
    written
        .await
        .map_err(|error| Error::Internal(error.into()).into())
}

/// The pages before and after the one that `query` asked for, of the same size and form, and where
/// that one is.
pub(super) fn neighbours(view: &View, query: &GetSharedConversationQuery) -> Neighbours {
    let limit = query.limit.map(|limit| format!("&limit={limit}"));
    let form = query.format.map(|_| "&format=html".to_owned());
    let same: String = limit.iter().chain(&form).map(String::as_str).collect();
    let place = |name, item| format!("?{name}={}{same}", cursor(item));
    let first = view.items.first();
    Neighbours {
        previous: view.has_before.then(|| match first {
            Some(first) => place("before", first),
            // Nothing is left where this page begins: back to where the conversation does.
            None => format!("?{}", same.trim_start_matches('&')),
        }),
        next: view
            .items
            .last()
            .filter(|_| view.has_more)
            .map(|last| place("after", last)),
        here: query.place().into_iter().chain(limit).collect(),
    }
}
