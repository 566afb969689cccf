//! Asks the index for blocks that may match, and for texts that it does not have.

use super::found::{Found, IndexAnswer, is_further, unindexed_texts};
use super::frequency::{ALONG, frequency};
use super::large_owner::{DEEP, ENOUGH, is_large};
use super::statements::candidates::{
    FoundRow, Look, LookForAny, LookForAnyWithin, LookWithin, Walk, WalkConversation, WalkWithin,
};
use super::statements::unindexed::Unindexed;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::roles::stored_role;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::id::OwnerId;
use domain::search::{BLOCK_TIME, CandidateQuery, Frequency, MAKER, UnindexedTexts};
use ulid::Ulid;
use uuid::Uuid;

/// A walk for a number of blocks goes along `ALONG` times as many, but at least, and at most, along so many.
const NEAR: i64 = 256;
const FAR: i64 = 2_048;

/// GIN reads all blocks that have the words, so at least this many are asked for.
const LOOKED: i64 = 128;

/// The parameters of all statements.
pub(super) struct SearchParameters<'a> {
    owner_id: Uuid,
    before: Uuid,
    until: Uuid,
    all: &'a [i32],
    any: &'a [i32],
    marks: &'a [i32],
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
            marks: $asked.marks,
        }
    };
}

impl<'a> SearchParameters<'a> {
    pub(super) fn of(owner: OwnerId, wanted: &'a CandidateQuery) -> Self {
        let filter = &wanted.filter;
        Self {
            owner_id: ids::stored(owner.ulid()),
            before: ids::stored(wanted.before),
            until: ids::stored(until(wanted.before)),
            all: &wanted.keys.all,
            any: &wanted.keys.any,
            marks: &wanted.keys.marks,
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

    /// What is not indexed, and what the index has: in this order, so that what is indexed in between is seen at least
    /// once.
    pub(super) async fn rows(
        &self,
        connection: &mut AsyncPgConnection,
        wanted: &CandidateQuery,
    ) -> QueryResult<IndexAnswer> {
        let unindexed = match wanted.unindexed {
            0 => None,
            most => Some(self.unindexed(connection, wanted, most).await?),
        };
        let (found, frequency) = self.indexed(connection, wanted).await?;
        Ok(IndexAnswer {
            unindexed,
            found,
            frequency,
        })
    }

    /// The newest unindexed texts, as many as one request wants.
    async fn unindexed(
        &self,
        connection: &mut AsyncPgConnection,
        wanted: &CandidateQuery,
        most: usize,
    ) -> QueryResult<UnindexedTexts> {
        let mut most = i64::try_from(most).unwrap_or(i64::MAX);
        loop {
            let asked = Unindexed {
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
                most,
                begun: self.until,
            };
            let found = unindexed_texts(asked.fetch_all(connection).await?, most);
            if found.reached.is_none_or(|reached| reached < wanted.before) {
                return Ok(found);
            }
            // Those that were left out may all be newer.
            most = most.saturating_mul(8);
        }
    }

    async fn indexed(
        &self,
        connection: &mut AsyncPgConnection,
        wanted: &CandidateQuery,
    ) -> QueryResult<(Found, Frequency)> {
        if wanted.keys.is_empty() || !wanted.is_rare {
            let found = self.walk(connection, wanted).await?;
            let frequency = frequency(self.owner_id, &found, connection).await?;
            let is_all = wanted.keys.is_empty() || found.reached.is_none();
            if is_all || frequency != Frequency::Rare {
                return Ok((found, frequency));
            }
        }
        if is_large(self.owner_id, connection).await? {
            let found = self.walk_along(connection, DEEP, self.most).await?;
            let is_enough = found.reached.is_none() || found.texts.len() >= ENOUGH;
            if is_enough && is_further(&found, wanted) {
                return Ok((found, Frequency::Rare));
            }
        }
        let mut most = self.most.max(LOOKED);
        loop {
            let found = self.look(connection, most).await?;
            if is_further(&found, wanted) {
                return Ok((found, Frequency::Rare));
            }
            // All these blocks are around the place.
            most = most.saturating_mul(8);
        }
    }

    /// What is found in the newest blocks, so many that the next request asks for others.
    async fn walk(
        &self,
        connection: &mut AsyncPgConnection,
        wanted: &CandidateQuery,
    ) -> QueryResult<Found> {
        let mut most = self.most;
        let mut near = most.saturating_mul(ALONG).clamp(NEAR, FAR);
        loop {
            let found = self.walk_along(connection, near, most).await?;
            if is_further(&found, wanted) {
                return Ok(found);
            }
            (near, most) = (near.saturating_mul(8), most.saturating_mul(8));
        }
    }

    /// Walks along the newest `near` blocks.
    async fn walk_along(
        &self,
        connection: &mut AsyncPgConnection,
        near: i64,
        most: i64,
    ) -> QueryResult<Found> {
        let rows: Vec<FoundRow> = match (self.is_filtered, self.conversation_id) {
            (false, _) => of!(self, Walk, near, most).fetch_all(connection).await?,
            (true, None) => {
                let walk = of!(self, WalkWithin, near, most);
                walk.fetch_all(connection).await?
            }
            (true, Some(_)) => {
                let walk = of!(self, WalkConversation, near, most);
                walk.fetch_all(connection).await?
            }
        };
        Ok(rows.into())
    }

    async fn look(&self, connection: &mut AsyncPgConnection, most: i64) -> QueryResult<Found> {
        let rows: Vec<FoundRow> = match (self.all.is_empty(), self.is_filtered) {
            (false, false) => of!(self, Look, NEAR, most).fetch_all(connection).await?,
            (false, true) => {
                let look = of!(self, LookWithin, NEAR, most);
                look.fetch_all(connection).await?
            }
            (true, false) => {
                let look = of!(self, LookForAny, NEAR, most);
                look.fetch_all(connection).await?
            }
            (true, true) => {
                let look = of!(self, LookForAnyWithin, NEAR, most);
                look.fetch_all(connection).await?
            }
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
