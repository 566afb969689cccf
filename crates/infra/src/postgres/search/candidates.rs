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

/// So many texts that are not in the index are worth a job.
const BEHIND: usize = 32;

/// A text and its conversation.
type CandidateRow = (Uuid, Uuid);

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
    let all = rows.unindexed.into_iter().chain(rows.indexed);
    let mut data: Vec<_> = all
        .map(|(id, conversation)| Candidate {
            place: ids::read(id),
            conversation: ConversationId::new(ids::read(conversation)),
        })
        .collect();
    data.sort_unstable_by_key(|one| Reverse(one.place));
    data.dedup();
    data.truncate(wanted.most);
    Ok(Candidates {
        data,
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
    indexed: Vec<CandidateRow>,
    is_rare: bool,
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
        wanted: &CandidateQuery,
    ) -> QueryResult<Looked> {
        let (mut through, mut unindexed) = (None, Vec::new());
        if wanted.unindexed {
            let asked = IndexedThrough {
                owner_id: self.owner_id,
                maker: MAKER,
            };
            through = asked.fetch_optional(connection).await?;
            let stale = of!(self, Stale, maker: MAKER);
            unindexed = stale.fetch_all(connection).await?;
        }
        let (indexed, is_rare) = self.indexed(connection, wanted.is_rare).await?;
        Ok(Looked {
            through,
            unindexed,
            indexed,
            is_rare,
        })
    }

    /// Also whether the words are rare.
    async fn indexed(
        &self,
        connection: &mut AsyncPgConnection,
        is_rare: bool,
    ) -> QueryResult<(Vec<CandidateRow>, bool)> {
        if self.conversation_id.is_some() {
            let walk = of!(self, WalkConversation, words: self.words);
            return Ok((walk.fetch_all(connection).await?, false));
        }
        if !is_rare {
            let walk = of!(self, Walk, words: self.words);
            let found: Vec<CandidateRow> = walk.fetch_all(connection).await?;
            if i64::try_from(found.len()).is_ok_and(|found| found >= self.most) {
                return Ok((found, false));
            }
        }
        let look = of!(self, Look, words: self.words);
        Ok((look.fetch_all(connection).await?, true))
    }
}
