//! The effect of a request and the record of its outcome, in one transaction.

use super::database::Database;
use super::repeats::record::recorded;
use super::work::WorkRequest;
use diesel::QueryResult;
use diesel::result::Error as DieselError;
use diesel_async::TransactionManager as _;
use diesel_async::{AnsiTransactionManager as Transactions, AsyncPgConnection};
use domain::error::{Conflict, Error, Result};
use domain::repeats::{Claim, Outcome, current};

impl Database {
    /// Runs the unit of work that has the effect of a request. If the request may be repeated, the
    /// outcome (`outcome`; `None` without a change) is recorded in the same transaction.
    /// For other requests this is [`Database::attempt`].
    pub(super) async fn effect<T>(
        &self,
        request: impl Into<WorkRequest>,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> QueryResult<T> + Clone,
        outcome: impl Fn(&T) -> Option<Outcome>,
    ) -> Result<QueryResult<T>> {
        let Some(claim) = current()? else {
            return self.attempt(request, work).await;
        };
        let done = self
            .attempt(request, async |connection: &mut AsyncPgConnection| {
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
            Some(outcome) => record(connection, claim, outcome).await.map(|()| done),
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
    mut outcome: Outcome,
) -> QueryResult<()> {
    outcome.finish_reason = outcome.finish_reason.or_else(|| claim.finish_reason());
    match recorded(connection, &claim.key, claim.token, &outcome).await? {
        true => Ok(()),
        false => Err(DieselError::RollbackTransaction),
    }
}
