//! Candidates for hits: of the index, and of what it does not have yet.

use super::asked::SearchParameters;
use crate::postgres::database::Database;
use crate::postgres::ids;
use crate::postgres::work::reading;
use domain::error::Result;
use domain::id::{ConversationId, OwnerId};
use domain::search::{Candidate, CandidateQuery, Candidates};
use std::cmp::Reverse;

/// So many texts that are not in the index are worth a job.
const BEHIND: usize = 32;

pub(super) async fn find(
    database: &Database,
    owner: OwnerId,
    wanted: &CandidateQuery,
) -> Result<Candidates> {
    let asked = SearchParameters::of(owner, wanted);
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
