//! The effect of a request and the record of its outcome, in one transaction.

use super::database::Database;
use super::repeats::statements::Record;
use super::repeats::{Columns, row_key};
use super::work::Whose;
use crate::postgres::execute::Execute as _;
use diesel::QueryResult;
use diesel::result::Error as DieselError;
use diesel_async::TransactionManager as _;
use diesel_async::{AnsiTransactionManager as Transactions, AsyncPgConnection};
use domain::error::{Conflict, Error, Result};
use domain::repeats::{Claim, Outcome, current};

impl Database {
    /// Runs the unit of work that has the effect of a request. If the request may be repeated, the
    /// outcome (`outcome`; `None` where nothing has changed) is recorded in the same transaction.
    /// For other requests this is [`Database::attempt`].
    pub(super) async fn effect<T>(
        &self,
        whose: impl Into<Whose>,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
        outcome: impl Fn(&T) -> Option<Outcome>,
    ) -> Result<QueryResult<T>> {
        let Some(claim) = current()? else {
            return self.attempt(whose, work).await;
        };
        let done = self
            .attempt(whose, async |connection: &mut AsyncPgConnection| {
                once(connection, &claim, work.clone(), &outcome).await
            })
            .await?;
        match done {
            Ok(done) => {
                if outcome(&done).is_some() {
                    claim.recorded();
                }
                Ok(Ok(done))
            }
            Err(DieselError::RollbackTransaction) => {
                Err(Error::Conflict(Conflict::IdempotencyInProgress))
            }
            Err(error) => Ok(Err(error)),
        }
    }
}

/// Does the work and records its outcome. Rolls back if another request has taken the claim.
async fn once<T>(
    connection: &mut AsyncPgConnection,
    claim: &Claim,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T>,
    outcome: impl Fn(&T) -> Option<Outcome>,
) -> QueryResult<T> {
    Transactions::begin_transaction(connection).await?;
    let done = match work(connection).await {
        Ok(done) => match outcome(&done) {
            Some(outcome) => record(connection, claim, &outcome).await.map(|()| done),
            None => Ok(done),
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(done) => {
            Transactions::commit_transaction(connection).await?;
            Ok(done)
        }
        Err(error) => match Transactions::rollback_transaction(connection).await {
            // The error that caused the rollback says more.
            Ok(()) | Err(DieselError::BrokenTransactionManager) => Err(error),
            Err(rollback) => Err(rollback),
        },
    }
}

async fn record(
    connection: &mut AsyncPgConnection,
    claim: &Claim,
    outcome: &Outcome,
) -> QueryResult<()> {
    match recorded(connection, claim, outcome).await? {
        true => Ok(()),
        false => Err(DieselError::RollbackTransaction),
    }
}

/// Records the outcome of a claimed request; `false` if another request has taken the claim.
pub(super) async fn recorded(
    connection: &mut AsyncPgConnection,
    claim: &Claim,
    outcome: &Outcome,
) -> QueryResult<bool> {
    let (owner_id, key) = row_key(&claim.key);
    let Columns { made, ids } = Columns::from(&outcome.made);
    let reason = outcome.finish_reason.clone().or(claim.finish_reason());
    let record = Record {
        status: outcome.status.cast_signed(),
        made,
        ids: &ids,
        finish_reason: reason.as_deref(),
        owner_id,
        key,
        token: super::ids::stored(claim.token),
    };
    Ok(record.write(connection).await? > 0)
}
