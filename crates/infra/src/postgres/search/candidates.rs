//! Candidates for hits: of the index, and of what it does not have yet.

use super::statements::candidates::{
    IndexedThrough, Look, LookForAny, Stale, Walk, WalkConversation,
};
use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::items::roles::stored_role;
use crate::postgres::work::reading;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::error::Result;
use domain::id::{ConversationId, OwnerId};
use domain::search::{BLOCK_TIME, Candidate, CandidateQuery, Candidates, MAKER};
use std::cmp::Reverse;
use ulid::Ulid;
use uuid::Uuid;

/// So many texts that are not in the index are worth a job.
const BEHIND: usize = 32;
/// So many blocks are looked at before the index is asked.
const NEAR: i64 = 256;

/// A text and its conversation.
type CandidateRow = (Uuid, Uuid);
/// Up to which text all are found, whether as many blocks as wanted are, and a text.
type FoundRow = (Option<Uuid>, bool, Option<Uuid>, Option<Uuid>);

pub(super) async fn find(
    database: &Database,
    owner: OwnerId,
    wanted: &CandidateQuery,
) -> Result<Candidates> {
    let asked = Asked::of(owner, wanted);
    let rows = database
        .run(reading(owner), async |connection| {
            asked.rows(connection, wanted).await
        })
        .await?;
    let has_unindexed = !rows.unindexed.is_empty();
    let is_behind = rows.unindexed.len() >= BEHIND.min(wanted.most);
    let is_full = rows.unindexed.len() >= wanted.most;
    let last = rows.unindexed.last().filter(|_| is_full);
    let reached = last.map(|(id, _)| *id).max(rows.found.reached);
    let all = rows.unindexed.into_iter().chain(rows.found.texts);
    let mut data: Vec<_> = all
        .filter(|(id, _)| reached.is_none_or(|reached| *id >= reached))
        .map(|(id, conversation)| Candidate {
            place: ids::read(id),
            conversation: ConversationId::new(ids::read(conversation)),
        })
        .collect();
    data.sort_unstable_by_key(|one| Reverse(one.place));
    data.dedup();
    Ok(Candidates {
        data,
        reached: reached.map(ids::read),
        has_unindexed,
        is_behind,
        is_rare: rows.is_rare,
        indexed_through: rows.through,
    })
}

struct Looked {
    /// The time up to which all is indexed.
    through: Option<DateTime<Utc>>,
    unindexed: Vec<CandidateRow>,
    found: Found,
    is_rare: bool,
}

/// Texts of blocks that may match.
struct Found {
    texts: Vec<CandidateRow>,
    /// Those before this one are not among them; `None`: there are no more.
    reached: Option<Uuid>,
    is_full: bool,
}

impl From<Vec<FoundRow>> for Found {
    fn from(rows: Vec<FoundRow>) -> Self {
        let first = rows.first();
        Self {
            reached: first.and_then(|(reached, ..)| *reached),
            is_full: first.is_some_and(|(_, is_full, ..)| *is_full),
            texts: rows
                .into_iter()
                .filter_map(|(.., id, conversation)| id.zip(conversation))
                .collect(),
        }
    }
}

/// The parameters of all statements.
struct Asked<'a> {
    owner_id: Uuid,
    before: Uuid,
    until: Uuid,
    all: &'a [i32],
    any: &'a [i32],
    is_filtered: bool,
    role: Option<i16>,
    project_id: Option<Uuid>,
    conversation_id: Option<Uuid>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    archived: Option<bool>,
    most: i64,
}

/// Fills a statement for blocks with the parameters.
macro_rules! of {
    ($asked:expr, $name:ident, $near:expr, $most:expr) => {
        $name {
            owner_id: $asked.owner_id,
            before: $asked.before,
            until: $asked.until,
            is_filtered: $asked.is_filtered,
            role: $asked.role,
            project_id: $asked.project_id,
            conversation_id: $asked.conversation_id,
            from: $asked.from,
            to: $asked.to,
            archived: $asked.archived,
            most: $most,
            all: $asked.all,
            any: $asked.any,
            near: $near,
        }
    };
}

impl<'a> Asked<'a> {
    fn of(owner: OwnerId, wanted: &'a CandidateQuery) -> Self {
        let filter = &wanted.filter;
        Self {
            owner_id: ids::stored(owner.ulid()),
            before: ids::stored(wanted.before),
            until: ids::stored(until(wanted.before)),
            all: &wanted.keys.all,
            any: &wanted.keys.any,
            is_filtered: filter.is_some(),
            role: filter.role.map(stored_role),
            project_id: filter.project.map(|id| ids::stored(id.ulid())),
            conversation_id: filter.conversation.map(|id| ids::stored(id.ulid())),
            from: filter.from,
            to: filter.to,
            archived: filter.archived,
            most: i64::try_from(wanted.most).unwrap_or(i64::MAX),
        }
    }

    /// The time up to which all is indexed, what is not, and what the index has: in this order, so that
    /// what is indexed in between is seen at least once.
    async fn rows(
        &self,
        connection: &mut AsyncPgConnection,
        wanted: &CandidateQuery,
    ) -> QueryResult<Looked> {
        let (mut through, mut unindexed) = (None, Vec::new());
        if wanted.unindexed {
            let asked = IndexedThrough {
                owner_id: self.owner_id,
                maker: MAKER,
            };
            through = asked.fetch_optional(connection).await?;
            unindexed = self.stale().fetch_all(connection).await?;
        }
        let (found, is_rare) = self.indexed(connection, wanted).await?;
        Ok(Looked {
            through,
            unindexed,
            found,
            is_rare,
        })
    }

    fn stale(&self) -> Stale {
        Stale {
            owner_id: self.owner_id,
            before: self.before,
            maker: MAKER,
            is_filtered: self.is_filtered,
            role: self.role,
            project_id: self.project_id,
            conversation_id: self.conversation_id,
            from: self.from,
            to: self.to,
            archived: self.archived,
            most: self.most,
        }
    }

    /// Also whether the words are rare.
    async fn indexed(
        &self,
        connection: &mut AsyncPgConnection,
        wanted: &CandidateQuery,
    ) -> QueryResult<(Found, bool)> {
        let is_any = wanted.keys.is_empty();
        let (mut near, mut most) = (NEAR, self.most);
        while is_any || !wanted.is_rare {
            let found = self.walk(connection, near, most).await?;
            if self.is_further(&found) {
                if is_any || found.is_full || found.reached.is_none() {
                    return Ok((found, false));
                }
                break;
            }
            // All these blocks are around the place.
            (near, most) = (near.saturating_mul(8), most.saturating_mul(8));
        }
        loop {
            let found = self.look(connection, most).await?;
            if self.is_further(&found) {
                return Ok((found, true));
            }
            most = most.saturating_mul(8);
        }
    }

    /// Whether the next request for candidates asks for others.
    fn is_further(&self, found: &Found) -> bool {
        found.reached.is_none_or(|reached| reached < self.before)
    }

    /// Looks at the words of so many of the newest blocks.
    async fn walk(
        &self,
        connection: &mut AsyncPgConnection,
        near: i64,
        most: i64,
    ) -> QueryResult<Found> {
        let rows: Vec<FoundRow> = match self.conversation_id {
            Some(_) => {
                let walk = of!(self, WalkConversation, near, most);
                walk.fetch_all(connection).await?
            }
            None => of!(self, Walk, near, most).fetch_all(connection).await?,
        };
        Ok(rows.into())
    }

    async fn look(&self, connection: &mut AsyncPgConnection, most: i64) -> QueryResult<Found> {
        let rows: Vec<FoundRow> = match self.all.is_empty() {
            true => {
                of!(self, LookForAny, NEAR, most)
                    .fetch_all(connection)
                    .await?
            }
            false => of!(self, Look, NEAR, most).fetch_all(connection).await?,
        };
        Ok(rows.into())
    }
}

/// Blocks around a place end before this one.
fn until(place: Ulid) -> Ulid {
    let milliseconds = u64::try_from(BLOCK_TIME.as_millis()).unwrap_or(u64::MAX);
    let end = place.timestamp_ms().saturating_add(milliseconds + 1);
    match end >> Ulid::TIME_BITS {
        0 => Ulid::from_parts(end, 0),
        _ => Ulid(u128::MAX),
    }
}
