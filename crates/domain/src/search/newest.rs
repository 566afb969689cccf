//! The newest hits of a query, in exact order, with a bounded amount of work.

use super::compared::Compared;
use super::ports::{Candidate, CandidateQuery, Frequency, UnindexedTexts};
use super::service::SearchService;
use super::{Hit, ParsedQuery, SearchFilter};
use crate::error::Result;
use crate::id::OwnerId;
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Reverse;
use ulid::Ulid;

/// The newest hits of a query.
pub(super) struct Newest {
    pub(super) hits: Vec<Hit>,
    /// How many are wanted.
    most: usize,
    /// The letters of texts that were compared.
    compared: usize,
    /// When the request ends its page.
    end: DateTime<Utc>,
    /// The place up to which was searched; `None`: to the end.
    pub(super) reached: Option<Ulid>,
    pub(super) indexed_through: Option<DateTime<Utc>>,
}

impl SearchService {
    /// How many letters a request compares, and how long it does so, its turns included. Where this
    /// does not fill the page, it ends early and its cursor says where to continue.
    const COMPARED: usize = 8 * 1024 * 1024;
    const PATIENCE: TimeDelta = TimeDelta::seconds(4);
    /// The most times that a request asks for candidates, and the most blocks it asks for each time.
    const ROUNDS: usize = 16;
    const MOST: usize = 1_024;
    /// How many times as many blocks a walk goes along at most as the one before.
    const GROWTH: usize = 8;
    /// About how many unindexed texts a request asks for at first, and later.
    const FEW_UNINDEXED: usize = 2_048;
    const MANY_UNINDEXED: usize = 16_384;
    /// The least number of unindexed texts for which a job is left.
    const BEHIND: usize = 32;
    /// The most candidates whose texts are asked for together.
    const AT_ONCE: usize = 2_048;

    /// The newest hits before `before`, at most `most`.
    pub(super) async fn newest(
        &self,
        owner: OwnerId,
        query: &ParsedQuery,
        filter: &SearchFilter,
        after: Option<Ulid>,
        most: usize,
    ) -> Result<Newest> {
        let mut wanted = CandidateQuery {
            keys: query.keys(owner),
            filter: filter.clone(),
            before: after.unwrap_or(Ulid(u128::MAX)),
            most: most + 12,
            unindexed: Self::FEW_UNINDEXED,
            is_rare: false,
        };
        let mut newest = Newest {
            hits: Vec::new(),
            most,
            compared: 0,
            end: self.clock.now() + Self::PATIENCE,
            reached: None,
            indexed_through: None,
        };
        let mut unindexed = UnindexedTexts::default();
        for round in 0..Self::ROUNDS {
            let candidates = self.store.candidates(owner, &wanted).await?;
            unindexed = candidates.unindexed.unwrap_or(unindexed);
            if round == 0 {
                newest.indexed_through = unindexed.through;
                if unindexed.data.len() >= Self::BEHIND {
                    // The answer does not depend on it.
                    let left = self.store.leave_job(owner, self.clock.now()).await;
                    drop(left);
                }
            }
            let reached = candidates.reached.max(unindexed.reached);
            let data = merged(candidates.data, &mut unindexed, reached);
            let before = newest.hits.len();
            if self.add(owner, query, &data, &mut newest).await? {
                return Ok(newest);
            }
            let Some(reached) = reached else {
                return Ok(newest);
            };
            wanted.before = reached;
            let growth = newest.growth(before);
            wanted.is_rare = match candidates.frequency {
                Frequency::Rare => true,
                Frequency::Medium { most } => growth * wanted.most > most,
                Frequency::Common => false,
            };
            // A look reads all blocks that have the words, however many are asked for, so the next one should be the last.
            let growth = match wanted.is_rare {
                true => 2 * growth,
                false => growth.min(Self::GROWTH),
            };
            wanted.most = growth.saturating_mul(wanted.most).min(Self::MOST);
            // A text that was in the index at first is there until the answer is made.
            wanted.unindexed = match unindexed.reached.is_some_and(|place| place >= reached) {
                true => Self::MANY_UNINDEXED,
                false => 0,
            };
        }
        newest.reached = Some(wanted.before);
        Ok(newest)
    }

    /// Adds the hits among candidates. `true`: the page ends before the last of them.
    async fn add(
        &self,
        owner: OwnerId,
        query: &ParsedQuery,
        candidates: &[Candidate],
        newest: &mut Newest,
    ) -> Result<bool> {
        let mut rest = candidates;
        let mut count = 2 * newest.most;
        while !rest.is_empty() {
            let (some, later) = rest.split_at(rest.len().min(count));
            let found = self.store.texts(owner, some).await?;
            rest = match found.texts.last() {
                Some(last) if !found.is_all => after_place(rest, last.candidate.place),
                _ => later,
            };
            let left = Self::COMPARED.saturating_sub(newest.compared);
            let each = self.compare(owner, query, found.texts, left).await?;
            let last = each.last().map(|last| last.place);
            for compared in each {
                if newest.has_ended(compared) {
                    return Ok(true);
                }
            }
            if last.is_some() && self.clock.now() >= newest.end {
                newest.reached = last;
                return Ok(true);
            }
            count = (4 * count).min(Self::AT_ONCE);
        }
        Ok(false)
    }
}

/// The indexed and the unindexed texts down to this place, newest first, each once.
fn merged(
    mut indexed: Vec<Candidate>,
    unindexed: &mut UnindexedTexts,
    reached: Option<Ulid>,
) -> Vec<Candidate> {
    let is_reached = |one: &Candidate| reached.is_none_or(|reached| one.place >= reached);
    indexed.retain(is_reached);
    let later = unindexed.data.partition_point(is_reached);
    indexed.extend(unindexed.data.drain(..later));
    indexed.sort_unstable_by_key(|one| Reverse(one.place));
    indexed.dedup();
    indexed
}

/// The candidates after this place.
fn after_place(candidates: &[Candidate], place: Ulid) -> &[Candidate] {
    let until = candidates.partition_point(|one| one.place >= place);
    candidates.get(until..).unwrap_or_default()
}

impl Newest {
    /// How many times as many blocks as those that had the hits after the first `before` are likely to have enough for the
    /// rest of the page, and for half of that. One hit is added, so that a few, or none, say something, too.
    fn growth(&self, before: usize) -> usize {
        let (found, left) = (self.hits.len() - before, self.most + 1 - self.hits.len());
        (3 * left).div_ceil(2 * (found + 1))
    }

    /// Adds a text. `true`: the page ends with it.
    fn has_ended(&mut self, compared: Compared) -> bool {
        self.compared += compared.letters;
        if let Some(hit) = compared.hit {
            if self.hits.len() == self.most {
                self.reached = self.hits.last().map(|last| last.place);
                return true;
            }
            self.hits.push(hit);
        }
        if self.compared >= SearchService::COMPARED {
            self.reached = Some(compared.place);
            return true;
        }
        false
    }
}
