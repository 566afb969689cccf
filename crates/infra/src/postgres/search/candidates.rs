//! Candidates for hits: of the index, and of what it does not have yet.

use super::statements::candidates::{IndexedThrough, Look, Stale, Walk, WalkConversation};
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
use domain::search::{Candidate, CandidateQuery, Candidates, MAKER};
use std::cmp::Reverse;
use uuid::Uuid;

/// The length of the way that is walked before the index of words is asked.
const WAY: i64 = 2_000;

/// So many texts that are not in the index are worth a job.
const BEHIND: usize = 32;

type CandidateRow = (i64, Option<Uuid>, Option<Uuid>);

pub(super) async fn find(
    database: &Database,
    owner: OwnerId,
    wanted: &CandidateQuery,
) -> Result<Candidates> {
    let asked = Asked::of(owner, wanted);
    let (through, stale, indexed) = database
        .run(reading(owner), async |connection| {
            asked.rows(connection).await
        })
        .await?;
    let is_behind = stale.len() >= BEHIND.min(wanted.most);
    let rows = stale.into_iter().chain(indexed);
    let candidate = |(_, id, conversation): CandidateRow| {
        Some(Candidate {
            place: ids::read(id?),
            conversation: ConversationId::new(ids::read(conversation?)),
        })
    };
    let mut data: Vec<_> = rows.filter_map(candidate).collect();
    data.sort_unstable_by_key(|one| Reverse(one.place));
    data.dedup();
    data.truncate(wanted.most);
    Ok(Candidates {
        data,
        is_behind,
        indexed_through: through,
    })
}

/// The parameters of all statements.
struct Asked<'a> {
    owner_id: Uuid,
    before: Uuid,
    words: &'a [i32],
    is_filtered: bool,
    role: Option<i16>,
    project_id: Option<Uuid>,
    conversation_id: Option<Uuid>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    archived: Option<bool>,
    most: i64,
}

/// Fills a statement with the parameters.
macro_rules! of {
    ($asked:expr, $name:ident, $third:ident: $value:expr) => {
        $name {
            owner_id: $asked.owner_id,
            before: $asked.before,
            $third: $value,
            is_filtered: $asked.is_filtered,
            role: $asked.role,
            project_id: $asked.project_id,
            conversation_id: $asked.conversation_id,
            from: $asked.from,
            to: $asked.to,
            archived: $asked.archived,
            most: $asked.most,
        }
    };
}

impl<'a> Asked<'a> {
    fn of(owner: OwnerId, wanted: &'a CandidateQuery) -> Self {
        let filter = &wanted.filter;
        Self {
            owner_id: ids::stored(owner.ulid()),
            before: ids::stored(wanted.before),
            words: &wanted.keys,
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
    ) -> QueryResult<(Option<DateTime<Utc>>, Vec<CandidateRow>, Vec<CandidateRow>)> {
        let through = IndexedThrough {
            owner_id: self.owner_id,
            maker: MAKER,
        };
        let through = through.fetch_optional(connection).await?;
        let stale = of!(self, Stale, maker: MAKER);
        let stale = stale.fetch_all(connection).await?;
        Ok((through, stale, self.indexed(connection).await?))
    }

    async fn indexed(&self, connection: &mut AsyncPgConnection) -> QueryResult<Vec<CandidateRow>> {
        if self.conversation_id.is_some() {
            let walk = of!(self, WalkConversation, words: self.words);
            return walk.fetch_all(connection).await;
        }
        let walk = of!(self, Walk, words: self.words);
        let found: Vec<CandidateRow> = walk.fetch_all(connection).await?;
        let way = found.first().map_or(0, |(way, ..)| *way);
        let is_enough = i64::try_from(found.len()).is_ok_and(|found| found >= self.most);
        if way < WAY || is_enough {
            return Ok(found);
        }
        let look = of!(self, Look, words: self.words);
        look.fetch_all(connection).await
    }
}
