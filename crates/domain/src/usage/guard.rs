use super::{Allowances, Counted, StorageLeft, UsageStore};
use crate::clock::Clock;
use crate::error::ExceededQuota;
use crate::error::{Conflict, Error, Result};
use crate::id::OwnerId;
use crate::jobs::JobKind;
use crate::mutex::locked;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// Refuses writes of owners whose usage, as last counted, has reached the limit. Needs no store: an
/// unknown owner may write, and is counted soon.
pub struct UsageGuard {
    allowances: Allowances,
    store: Arc<dyn UsageStore>,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<OwnerId, Known>>,
}

/// A write, by the quotas that it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Text,
    Conversation,
    /// Only the record of a request.
    Record,
}

/// The remembered usage of an owner that writes.
#[derive(Clone, Copy, Default)]
struct Known {
    counted: Option<Counted>,
    /// Whether the owner has written, or tried to, since the last look.
    is_active: bool,
    /// When the owner last did.
    active_at: DateTime<Utc>,
}

impl Known {
    /// `counted`; where it is still the same count, with the noted additions.
    fn newer(&self, counted: Counted) -> Counted {
        let noted = self
            .counted
            .filter(|known| known.counted_at == counted.counted_at)
            .map_or(0, |known| known.usage.storage_bytes);
        let mut newer = counted;
        newer.usage.storage_bytes = newer.usage.storage_bytes.max(noted);
        newer
    }
}

impl UsageGuard {
    /// The greatest age of a count for an owner that writes.
    const FRESH: TimeDelta = TimeDelta::seconds(20);
    /// How long messages are collected before they are indexed.
    const COLLECTED: TimeDelta = TimeDelta::seconds(30);
    /// How long an owner that no longer writes is remembered.
    const REMEMBERED: TimeDelta = TimeDelta::minutes(10);
    /// How many owners are remembered: 20 MB. Further owners are not limited here.
    const MOST: usize = 100_000;
    /// How many owners one statement reads.
    const BATCH: usize = 500;
    /// The records of requests may exceed the limit of storage by this fraction (1/16), so that an
    /// owner at the limit can still delete and repeat requests.
    const EXCESS: u64 = 16;

    pub fn new(allowances: Allowances, store: Arc<dyn UsageStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            allowances,
            store,
            clock,
            known: Mutex::default(),
        }
    }

    /// Refuses more text when the owner's storage has reached the limit.
    pub fn check_quota_for_text(&self, owner: OwnerId) -> Result<()> {
        self.check(owner, Write::Text)
    }

    /// Refuses another conversation when the owner has too many conversations, or too much text.
    pub fn check_quota_for_conversation(&self, owner: OwnerId) -> Result<()> {
        self.check(owner, Write::Conversation)
    }

    /// Refuses to remember another request. Requests without any other stored effect would otherwise leave
    /// records without limit.
    pub fn check_quota_for_record(&self, owner: OwnerId) -> Result<()> {
        self.check(owner, Write::Record)
    }

    /// How many more bytes an owner may store; `None`: unlimited. For large additions: the last
    /// count of an unknown owner is read from the store.
    pub async fn storage_left(&self, owner: OwnerId) -> Result<Option<StorageLeft>> {
        if !self.is_needed() {
            return Ok(None);
        }
        let known = self.lock().get(&owner).and_then(|known| known.counted);
        let counted = match known {
            Some(counted) => Some(counted),
            None => {
                let midnight = midnight(self.clock.now());
                let found = self.store.find(&[owner], midnight).await?;
                let found = found.into_iter().next();
                if let Some(entry) = self.lock().get_mut(&owner) {
                    entry.counted = entry.counted.or(found);
                }
                found
            }
        };
        Ok(counted.and_then(|counted| {
            let limit = self.allowances.of(counted.kind).storage_bytes?;
            let bytes = limit.saturating_sub(counted.usage.storage_bytes);
            Some(StorageLeft { limit, bytes })
        }))
    }

    /// Adds stored bytes to the remembered usage, before they are counted.
    pub fn stored(&self, owner: OwnerId, bytes: u64) {
        if let Some(Known {
            counted: Some(counted),
            ..
        }) = self.lock().get_mut(&owner)
        {
            let usage = &mut counted.usage;
            usage.storage_bytes = usage.storage_bytes.saturating_add(bytes);
        }
    }

    /// Whether anything is limited.
    pub fn is_needed(&self) -> bool {
        self.allowances.guest.limits_storage() || self.allowances.account.limits_storage()
    }

    fn check(&self, owner: OwnerId, write: Write) -> Result<()> {
        let now = self.clock.now();
        let mut known = self.lock();
        if known.len() >= Self::MOST && !known.contains_key(&owner) {
            return Ok(());
        }
        let entry = known.entry(owner).or_default();
        (entry.is_active, entry.active_at) = (true, now);
        if !self.is_needed() {
            return Ok(());
        }
        let Some(counted) = entry.counted else {
            return Ok(());
        };
        let (allowance, usage) = (self.allowances.of(counted.kind), counted.usage);
        let exceeded = match (write, allowance.storage_bytes, allowance.conversations) {
            (Write::Record, Some(limit), _) => {
                let most = limit.saturating_add(limit / Self::EXCESS);
                (usage.storage_bytes >= most).then_some(ExceededQuota::Remembered { limit })
            }
            (Write::Text | Write::Conversation, Some(limit), _) if usage.storage_bytes >= limit => {
                Some(ExceededQuota::Storage { limit })
            }
            (Write::Conversation, _, Some(limit)) if usage.conversations >= limit => {
                Some(ExceededQuota::Conversations { limit })
            }
            _ => None,
        };
        match exceeded {
            None => Ok(()),
            Some(quota) => Err(Error::Conflict(Conflict::QuotaExceeded(quota))),
        }
    }

    /// Reads the counts of owners that have written since the last look, and makes sure that they
    /// are counted again, and that their new texts are indexed for search.
    pub async fn look(&self) -> Result<()> {
        let now = self.clock.now();
        for owners in self.active(now).chunks(Self::BATCH) {
            let due = now + Self::COLLECTED;
            self.store.leave_jobs(JobKind::Search, owners, due).await?;
            if !self.is_needed() {
                continue;
            }
            let found = self.store.find(owners, midnight(now)).await?;
            let is_stale = |counted: &&Counted| {
                let allowance = self.allowances.of(counted.kind);
                let is_old = |at| now - at >= Self::FRESH;
                allowance.limits_storage() && counted.counted_at.is_none_or(is_old)
            };
            let stale = found.iter().filter(is_stale).map(|counted| counted.owner);
            let stale: Vec<OwnerId> = stale.collect();
            {
                let mut known = self.lock();
                for counted in found {
                    if let Some(entry) = known.get_mut(&counted.owner) {
                        entry.counted = Some(entry.newer(counted));
                    }
                }
            }
            if !stale.is_empty() {
                self.store.leave_jobs(JobKind::Usage, &stale, now).await?;
            }
        }
        Ok(())
    }

    /// The owners that have written within the last minute, so that their last writes are also
    /// counted. Forgets owners that have not written for long.
    fn active(&self, now: DateTime<Utc>) -> Vec<OwnerId> {
        let mut known = self.lock();
        known.retain(|_, known| now - known.active_at < Self::REMEMBERED);
        let recent = |known: &Known| now - known.active_at < TimeDelta::minutes(1);
        let active = known.iter_mut().filter_map(|(owner, known)| {
            let is_active = std::mem::take(&mut known.is_active);
            (is_active || recent(known)).then_some(*owner)
        });
        active.collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OwnerId, Known>> {
        locked(&self.known)
    }
}

/// When the day began, in UTC.
pub(super) fn midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.date_naive();
    today.and_time(chrono::NaiveTime::MIN).and_utc()
}
