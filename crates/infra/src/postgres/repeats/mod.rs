//! Claims and outcomes of requests, as rows.

mod columns;
pub(super) mod statements;

use super::database::Database;
use super::effect::recorded;
use super::ids;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
pub(super) use columns::Columns;
use columns::outcome;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::auth::Digest;
use domain::error::{Error, Result, Unauthenticated};
use domain::repeats::{Claim, Found, NewClaim, Outcome, RepeatKey, RepeatStore};
use ulid::Ulid;
use uuid::Uuid;

/// Repeats in PostgreSQL.
pub struct PgRepeats(pub Database);

type Row = (
    Vec<u8>,
    Uuid,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<i16>,
    Option<i16>,
    Option<Vec<Uuid>>,
    Option<String>,
);

/// The state of a key in the database.
enum Stored {
    Claimed,
    Row(Row),
    Nothing,
}

/// How often a key is looked up again while others claim and release it.
const ATTEMPTS: u8 = 4;

#[async_trait::async_trait]
impl RepeatStore for PgRepeats {
    async fn claim(&self, new: &NewClaim) -> Result<Found> {
        let found = self
            .0
            .run(new.key.owner, async |connection| {
                claim(connection, new).await
            })
            .await?;
        match found {
            Stored::Claimed => Ok(Found::Free),
            // The key cannot be claimed and has no row: its owner was removed.
            Stored::Nothing => Err(Error::Unauthenticated(Unauthenticated::Invalid)),
            Stored::Row((body, ..)) if body != new.body.0 => Ok(Found::Reused),
            Stored::Row((_, _, _, _, status, made, ids, reason)) => {
                match outcome(status, made, ids, reason)? {
                    None => Ok(Found::UnderWay),
                    Some(outcome) => Ok(Found::Done(outcome)),
                }
            }
        }
    }

    async fn matching(
        &self,
        RepeatKey { owner, key: body }: RepeatKey,
        attempt: u16,
        since: DateTime<Utc>,
    ) -> Result<Option<RepeatKey>> {
        let (owner_id, attempt) = (ids::stored(owner.ulid()), stored(attempt));
        let matched = self
            .0
            .run(owner, async |connection: &mut AsyncPgConnection| {
                let candidates = statements::Candidates {
                    owner_id,
                    body: &body.0,
                    attempt,
                    since,
                };
                let keys: Vec<Vec<u8>> = candidates.fetch_all(connection).await?;
                for key in keys {
                    let matching = statements::Match {
                        attempt,
                        owner_id,
                        key: &key,
                    };
                    if matching.write(connection).await? > 0 {
                        return Ok(Some(key));
                    }
                }
                Ok(None)
            })
            .await?;
        let key = matched.and_then(|key| key.try_into().ok());
        Ok(key.map(|key| RepeatKey {
            owner,
            key: Digest(key),
        }))
    }

    async fn record(&self, claim: &Claim, outcome: &Outcome) -> Result<bool> {
        self.0
            .run(claim.key.owner, async |connection| {
                recorded(connection, claim, outcome).await
            })
            .await
    }

    async fn release(&self, key: RepeatKey, token: Ulid) -> Result<()> {
        let (owner_id, token) = (ids::stored(key.owner.ulid()), ids::stored(token));
        let release = statements::Release {
            owner_id,
            key: &key.key.0,
            token,
        };
        self.0
            .run(key.owner, async |connection| {
                release.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn release_all(&self, claims: &[(RepeatKey, Ulid)]) -> Result<()> {
        let (owner_ids, keys, tokens) = columns_of(claims);
        let release = statements::ReleaseAll {
            owner_ids: &owner_ids,
            keys: &keys,
            tokens: &tokens,
        };
        self.0
            .run(Caller::Service, async |connection| {
                release.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn renew(&self, claims: &[(RepeatKey, Ulid)], until: DateTime<Utc>) -> Result<()> {
        let (owner_ids, keys, tokens) = columns_of(claims);
        let renew = statements::Renew {
            until,
            owner_ids: &owner_ids,
            keys: &keys,
            tokens: &tokens,
        };
        self.0
            .run(Caller::Service, async |connection| {
                renew.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn forget(&self, key: RepeatKey, attempt: u16) -> Result<()> {
        let caller = key.owner;
        let (owner_id, digest) = row_key(&key);
        let (key, attempt) = (digest, stored(attempt));
        self.0
            .run(caller, async |connection| match attempt {
                0 => {
                    statements::Forget {
                        owner_id,
                        key,
                        attempt,
                    }
                    .write(connection)
                    .await
                }
                _ => {
                    statements::Told {
                        owner_id,
                        key,
                        attempt,
                    }
                    .write(connection)
                    .await
                }
            })
            .await?;
        Ok(())
    }

    async fn forget_expired(&self, now: DateTime<Utc>, most: u64) -> Result<usize> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let forget = statements::ForgetExpired { now, most };
        self.0
            .run(Caller::Service, async |connection| {
                forget.write(connection).await
            })
            .await
    }
}

async fn claim(connection: &mut AsyncPgConnection, new: &NewClaim) -> QueryResult<Stored> {
    let (owner_id, key) = row_key(&new.key);
    let (token, body) = (ids::stored(new.token), new.body.0.as_slice());
    let attempt = new.attempt.map(stored);
    for _ in 0..ATTEMPTS {
        let insert = statements::Insert {
            owner_id,
            key,
            body,
            token,
            now: new.now,
            leased_until: new.leased_until,
            expires_at: new.expires_at,
            attempt,
        };
        if insert.write(connection).await? > 0 {
            return Ok(Stored::Claimed);
        }
        let find = statements::Find { owner_id, key };
        let Some(row) = find.fetch_optional::<Row>(connection).await? else {
            continue;
        };
        let (_, before, leased_until, expires_at, status, ..) = &row;
        let is_free = *expires_at <= new.now || (status.is_none() && *leased_until <= new.now);
        if !is_free {
            return Ok(Stored::Row(row));
        }
        let take_over = statements::TakeOver {
            body,
            token,
            now: new.now,
            leased_until: new.leased_until,
            expires_at: new.expires_at,
            attempt,
            owner_id,
            key,
            before: *before,
        };
        if take_over.write(connection).await? > 0 {
            return Ok(Stored::Claimed);
        }
    }
    Ok(Stored::Nothing)
}

/// The claims as one array per column.
fn columns_of(claims: &[(RepeatKey, Ulid)]) -> (Vec<Uuid>, Vec<&[u8]>, Vec<Uuid>) {
    let rows = claims.iter().map(|(key, token)| {
        let (owner_id, digest) = row_key(key);
        (owner_id, digest, ids::stored(*token))
    });
    rows.collect()
}

pub(super) fn row_key(key: &RepeatKey) -> (Uuid, &[u8]) {
    (ids::stored(key.owner.ulid()), key.key.0.as_slice())
}

/// An attempt number for the database. Numbers that are too large become the largest.
fn stored(attempt: u16) -> i16 {
    i16::try_from(attempt).unwrap_or(i16::MAX)
}
