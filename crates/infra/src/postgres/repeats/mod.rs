//! Claims and outcomes of requests, as rows.

mod claim;
mod columns;
pub(super) mod record;
mod row;
pub(super) mod statements;

use super::database::Database;
use super::ids;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use claim::{StoredClaim, claim};
use columns::outcome;
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::error::{Error, Result, Unauthenticated};
use domain::repeats::{KeyState, NewClaim, Outcome, RepeatKey, RepeatStore};
use domain::secret::Digest;
use record::recorded;
use row::{attempt_number, row_key};
use ulid::Ulid;
use uuid::Uuid;

/// Repeats in PostgreSQL.
pub struct PgRepeats(pub Database);

#[async_trait::async_trait]
impl RepeatStore for PgRepeats {
    async fn claim(&self, new: &NewClaim) -> Result<KeyState> {
        let found = self
            .0
            .run(new.key.owner, async |connection| {
                claim(connection, new).await
            })
            .await?;
        match found {
            StoredClaim::Claimed => Ok(KeyState::Free),
            // The key cannot be claimed and has no row: its owner was removed.
            StoredClaim::Nothing => Err(Error::Unauthenticated(Unauthenticated::Invalid)),
            StoredClaim::Row(row) if row.body != new.body.0 => Ok(KeyState::Reused),
            StoredClaim::Row(row) => match outcome(row)? {
                None => Ok(KeyState::UnderWay),
                Some(outcome) => Ok(KeyState::Done(outcome)),
            },
        }
    }

    async fn matching(
        &self,
        RepeatKey { owner, key: body }: RepeatKey,
        attempt: u16,
        since: DateTime<Utc>,
    ) -> Result<Option<RepeatKey>> {
        let (owner_id, attempt) = (ids::stored(owner.ulid()), attempt_number(attempt));
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

    async fn record(&self, key: RepeatKey, token: Ulid, outcome: &Outcome) -> Result<bool> {
        self.0
            .run(key.owner, async |connection| {
                recorded(connection, &key, token, outcome).await
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
        let (key, attempt) = (digest, attempt_number(attempt));
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
                    statements::ForgetAttempt {
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
        let is_divided = self.0.is_divided();
        let forget = statements::ForgetExpired { now, most };
        let forget_on_nodes = statements::ForgetOnNodes { now };
        self.0
            .run(Caller::Service, async |connection| match is_divided {
                false => forget.write(connection).await,
                true => forget_on_nodes.write(connection).await,
            })
            .await
    }
}

/// The claims as one array per column.
fn columns_of(claims: &[(RepeatKey, Ulid)]) -> (Vec<Uuid>, Vec<&[u8]>, Vec<Uuid>) {
    let rows = claims.iter().map(|(key, token)| {
        let (owner_id, digest) = row_key(key);
        (owner_id, digest, ids::stored(*token))
    });
    rows.collect()
}
