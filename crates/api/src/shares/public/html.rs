use super::get::GetSharedConversationQuery;
use super::{View, cursor};
use crate::error::ApiError;
use crate::shares::page::{self, Neighbours};
use actix_web::web;
use domain::error::Error;

/// More text than this is laid out on a thread that may take its time: a worker has others to serve.
const SMALL: usize = 16 * 1024;

/// A page of what a link shows, for a browser.
pub(super) async fn write(view: View, neighbours: Neighbours) -> Result<String, ApiError> {
    let weight: usize = view
        .items
        .iter()
        .map(|item| item.content.as_str().len())
        .sum();
    if weight <= SMALL {
        return Ok(page::conversation(&view, &neighbours));
    }
    let written = web::block(move || page::conversation(&view, &neighbours)).await;
    written.map_err(|error| Error::Internal(error.into()).into())
}

/// The pages before and after the one that `query` asked for, of the same size and form.
pub(super) fn neighbours(view: &View, query: &GetSharedConversationQuery) -> Neighbours {
    let asked = [
        query.limit.map(|limit| format!("&limit={limit}")),
        query.format.map(|_| "&format=html".to_owned()),
    ];
    let same: String = asked.into_iter().flatten().collect();
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
    }
}
