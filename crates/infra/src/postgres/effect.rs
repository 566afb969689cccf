//! What a request does, and that it has done it, in one transaction.

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
    /// Runs the unit of work that is what a request was sent for. Where it may come again, `outcome`
    /// says what it has come to, `None` where it has changed nothing, and that is written down in the
    /// same transaction. Everywhere else this is [`Database::attempt`].
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

/// Does the work and writes down what it has come to. Rolled back, where the claim is another's by now.
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
            // What made it necessary says more.
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

/// Writes down what a claimed request has come to; `false` where the claim is another's by now.
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
