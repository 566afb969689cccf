//! A visitor's view of a link. Each direction is a separate statement, so that both are prepared.

use super::rows::{Joined, SharedItemRow, title};
use super::statements;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::error::{Error, Result};
use domain::id::{ConversationId, OwnerId};
use domain::page::Page;
use domain::secret::Digest;
use domain::shares::{FoundLink, Link, ShareKey, SharedItem, ViewFrom, ViewPage};

pub(super) async fn load(
    connection: &mut AsyncPgConnection,
    Digest(digest): Digest,
    page: &ViewPage,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Joined>> {
    // A limit is at most 500; one more shows whether more follow.
    let (limit, bytes) = (page.limit.get() as i64 + 1, page.bytes as i64);
    let digest = digest.as_slice();
    match page.from {
        ViewFrom::Beginning | ViewFrom::After(_) => {
            let from = match page.from {
                ViewFrom::After(sequence) => sequence.0.cast_signed(),
                ViewFrom::Beginning | ViewFrom::Before(_) => 0,
            };
            let view = statements::ViewUp {
                digest,
                from,
                now,
                limit,
                bytes,
            };
            view.fetch_all(connection).await
        }
        ViewFrom::Before(sequence) => {
            let view = statements::ViewDown {
                digest,
                from: sequence.0.cast_signed(),
                now,
                limit,
                bytes,
            };
            view.fetch_all(connection).await
        }
    }
}

/// The bytes of the largest row.
pub(super) fn largest(rows: &[Joined]) -> usize {
    let items = rows.iter().filter_map(|row| row.item.as_ref());
    items.map(SharedItemRow::bytes).max().unwrap_or(0)
}

/// The result of the rows; there is always at least one row.
pub(super) fn found(rows: Vec<Joined>, page: &ViewPage) -> Result<FoundLink> {
    let mut rows = rows.into_iter();
    let Some(first) = rows.next() else {
        return Err(Error::Internal("a look-up of a link gave no row".into()));
    };
    let Some(link) = first.link else {
        return Ok(first
            .tombstone
            .map_or(FoundLink::Nothing, FoundLink::Tombstone));
    };
    let rest = rows.filter_map(|row| row.item);
    let items = first
        .item
        .into_iter()
        .chain(rest)
        .map(SharedItem::try_from)
        .collect::<Result<Vec<_>>>()?;
    let Page {
        data: mut items,
        has_more,
    } = Page::within(items, page.limit, page.bytes, |item| {
        item.content.as_str().len()
    });
    if matches!(page.from, ViewFrom::Before(_)) {
        items.reverse();
    }
    Ok(FoundLink::Link(Box::new(Link {
        key: ShareKey {
            owner: OwnerId::new(ids::read(link.owner_id)),
            conversation: ConversationId::new(ids::read(link.conversation_id)),
            id: ids::read(link.id),
        },
        title: title(link.title)?,
        read_only: link.read_only,
        live: link.live,
        expires_at: link.expires_at,
        revoked_at: link.revoked_at,
        present: first.present,
        items,
        has_more,
    })))
}
