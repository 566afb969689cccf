//! What the statements for candidates have found.

use super::stale::MARGIN;
use super::statements::candidates::FoundRow;
use super::statements::unindexed::UnindexedRow;
use crate::postgres::ids;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::ConversationId;
use domain::search::{Candidate, CandidateQuery, Frequency, UnindexedTexts};
use std::cmp::Reverse;
use ulid::Ulid;
use uuid::Uuid;

pub(super) struct IndexAnswer {
    /// What is not in the index, if that was asked for.
    pub(super) unindexed: Option<UnindexedTexts>,
    pub(super) found: Found,
    pub(super) frequency: Frequency,
}

/// Texts of blocks that may match.
pub(super) struct Found {
    pub(super) texts: Vec<Candidate>,
    /// Those before this one are not among them; `None`: there are no more.
    pub(super) reached: Option<Ulid>,
    /// See [`FoundRow`].
    pub(super) sampled: i64,
}

impl From<Vec<FoundRow>> for Found {
    fn from(rows: Vec<FoundRow>) -> Self {
        let first = rows.first();
        Self {
            reached: first.and_then(|first| first.reached).map(ids::read),
            sampled: first.map_or(0, |first| first.sampled),
            texts: rows
                .into_iter()
                .filter_map(|row| row.id.zip(row.conversation_id))
                .map(candidate)
                .collect(),
        }
    }
}

fn candidate((id, conversation): (Uuid, Uuid)) -> Candidate {
    Candidate {
        place: ids::read(id),
        conversation: ConversationId::new(ids::read(conversation)),
    }
}

/// Whether the next request for candidates asks for others.
pub(super) fn is_further(found: &Found, wanted: &CandidateQuery) -> bool {
    found.reached.is_none_or(|reached| reached < wanted.before)
}

/// The texts that a statement has found of about `most` that were wanted.
pub(super) fn unindexed_texts(rows: Vec<UnindexedRow>, most: i64) -> UnindexedTexts {
    let first = rows.first();
    let through = first.and_then(|first| first.through);
    let others = first.and_then(|first| first.others);
    let texts = rows.into_iter();
    let texts = texts.filter_map(|row| row.id.zip(row.conversation_id));
    let mut data: Vec<_> = texts.map(candidate).collect();
    data.sort_unstable_by_key(|one| Reverse(one.place));
    let is_full = i64::try_from(data.len()).is_ok_and(|count| count >= most);
    let last = data.last().filter(|_| is_full).map(|last| last.place);
    UnindexedTexts {
        through,
        reached: last.max(others.map(after_activity)),
        data,
    }
}

/// All texts of conversations that were last active at this time are before this place.
fn after_activity(time: DateTime<Utc>) -> Ulid {
    let time = time + MARGIN + TimeDelta::milliseconds(1);
    Ulid::from_parts(u64::try_from(time.timestamp_millis()).unwrap_or(0), 0)
}
