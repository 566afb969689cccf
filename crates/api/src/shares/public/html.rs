use super::kept_pages::KeptPages;
use super::query::GetSharedConversationQuery;
use super::{CURSOR, ContinueUrl, View, cursor};
use crate::browsers::PublicUrl;
use crate::error::ApiError;
use crate::long_work::without_slack;
use crate::memory::needs;
use crate::shares::path;
use actix_web::HttpRequest;
use actix_web::rt::time::sleep;
use actix_web::web::{self, Bytes};
use domain::admission::{Budget, BudgetLimits, Caller};
use domain::error::Error;
use domain::limits::Origin;
use domain::shares::ShareId;
use page::{Neighbours, PageContext, PageStanding};
use std::time::Duration;

/// The largest number of a message: the page before it is the last one.
const LAST: u32 = i32::MAX.unsigned_abs();

/// More text than this is laid out on a separate thread, so that the worker can serve others.
const SMALL: usize = 16 * 1024;

/// The most bytes of text in a page for a browser, unless its first message has more: beyond this,
/// text is shown as it was written.
pub(super) const PAGE: usize = 1024 * 1024;

/// The memory for a page and for laying it out, which takes several times that of its text.
pub(super) const MEMORY: u64 = (TIMES * PAGE) as u64;
const TIMES: usize = 20;

/// Small pages that were laid out, and the limit for laying out the others. An untrusted text may
/// keep a processor busy for most of a second, and visitors choose how often they ask for it. So
/// each address gets at most half of the permits, and all are served in turn.
#[derive(Clone)]
pub struct Layouts {
    budget: Budget,
    kept: KeptPages,
}

impl Layouts {
    /// How many may wait for each permit, and how many of one address.
    const WAITING: usize = 16;
    const WAITING_EACH: usize = 4;

    /// How long a request waits for a permit. Those before it need only time.
    const PATIENCE: Duration = Duration::from_secs(30);

    /// After how many seconds a retry makes sense.
    const RETRY_AFTER: u64 = 5;

    /// For `parallel` pages at a time.
    #[must_use]
    pub fn new(parallel: usize) -> Self {
        let limits = BudgetLimits::parts(parallel as u64, 2);
        let waiting = (parallel * Self::WAITING, parallel * Self::WAITING_EACH);
        Self {
            budget: Budget::new(limits.with_waiting(waiting.0, waiting.1)),
            kept: KeptPages::default(),
        }
    }

    /// The limit of pages that are laid out at the same time.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.budget.clone()
    }
}

/// A page of a shared conversation, for a browser.
pub(super) async fn write(
    request: &HttpRequest,
    view: View,
    around: PageContext,
    layouts: &Layouts,
    origin: Origin,
) -> Result<Bytes, ApiError> {
    let weight: usize = view
        .items
        .iter()
        .map(|item| item.content.as_str().len())
        .sum();
    needs(request, (TIMES * (weight + SMALL)) as u64);
    if weight <= SMALL {
        return Ok(layouts.kept.page(view, around));
    }
    let patience = sleep(Layouts::PATIENCE);
    let permit = layouts
        .budget
        .take(Caller::Address(origin), 1, patience)
        .await;
    let permit = permit.map_err(|_| Error::Overloaded {
        retry_after: Layouts::RETRY_AFTER,
    })?;
    let written = web::block(move || {
        let page = page::conversation(&view, &around).into_bytes();
        drop(view);
        let page = without_slack(page);
        drop(permit);
        Bytes::from(page)
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
    let page_at = |name, item| format!("?{name}={}{same}", cursor(item));
    let first = view.items.first();
    let beginning = || match same.strip_prefix('&') {
        Some(same) => format!("?{same}"),
        None => "?".to_owned(),
    };
    Neighbours {
        first: view.has_before.then(beginning),
        last: view
            .has_more
            .then(|| format!("?before={CURSOR}{LAST}{same}")),
        previous: view.has_before.then(|| match first {
            Some(first) => page_at("before", first),
            // All messages before this page were deleted: the way back leads to the beginning.
            None => beginning(),
        }),
        next: view
            .items
            .last()
            .filter(|_| view.has_more)
            .map(|last| page_at("after", last)),
        here: query.cursor().into_iter().chain(limit).collect(),
    }
}

/// In numbers for people: which messages a page of `limit` shows.
pub(super) fn standing(
    standing: domain::shares::LinkStanding,
    shown: usize,
    limit: usize,
) -> PageStanding {
    let (before, total, limit) = (standing.before, standing.total, limit as u64);
    let last = before + shown as u64;
    let whole = before.is_multiple_of(limit) && (shown as u64 == limit || last == total);
    PageStanding {
        first: before + 1,
        last,
        // More may have come since the messages were read.
        total: total.max(last),
        page: whole.then(|| (before / limit + 1, total.max(last).div_ceil(limit))),
    }
}

/// The facts about the link that the page shows.
pub(super) fn link(
    request: &HttpRequest,
    share_id: &str,
    continue_url: Option<&ContinueUrl>,
) -> page::PageLink {
    page::PageLink {
        of_message: ShareId::is_of_message(share_id),
        made_at: ShareId::made_at(share_id),
        base: PublicUrl::of(request),
        path: path(share_id),
        continue_url: continue_url.and_then(|url| url.of(share_id)),
    }
}
