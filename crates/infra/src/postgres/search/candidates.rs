//! Candidates for hits: of the index, and of what it does not have yet.

use super::asked::SearchParameters;
use crate::postgres::database::Database;
use crate::postgres::work::reading;
use domain::error::Result;
use domain::id::OwnerId;
use domain::search::{CandidateQuery, Candidates};
use std::cmp::Reverse;

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
    let mut data = rows.found.texts;
    data.sort_unstable_by_key(|one| Reverse(one.place));
    Ok(Candidates {
        data,
        reached: rows.found.reached,
        unindexed: rows.unindexed,
        frequency: rows.frequency,
    })
}
