//! Converts driver errors into domain errors. No other module does that.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::error::Error;
use std::time::Duration;

/// The time for one unit of work ran out.
#[derive(Debug, thiserror::Error)]
#[error("the database did not answer within {0:?}")]
pub(super) struct Silent(pub(super) Duration);

/// The domain error of a failed statement, for callers without a better explanation.
pub(super) fn storage(error: DieselError) -> Error {
    match error {
        error if is_cut(&error) => unavailable(error),
        error if is_repeatable(&error) => contended(error),
        full if is_full(&full) => Error::StorageFull {
            found: Some(full.into()),
        },
        other => Error::Internal(other.into()),
    }
}

/// Whether the connection broke, or its server was demoted and accepts no writes.
pub(super) fn is_cut(error: &DieselError) -> bool {
    matches!(
        error,
        DieselError::DatabaseError(
            DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction,
            _,
        ) | DieselError::BrokenTransactionManager
    )
}

/// Whether the work conflicted with other work and may succeed when repeated: a serialization
/// failure, or a deadlock. Diesel has no kind for a deadlock and does not give the server's code,
/// but its details have a line for each process in the deadlock, in every language.
pub(super) fn is_repeatable(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => information
            .details()
            .is_some_and(|details| details.lines().count() > 1),
        _ => false,
    }
}

/// Whether PostgreSQL found no room on its disk, or its user has reached its quota. Diesel does not
/// give the server's code (53100), but the system's reason is at the end of the message or of its
/// details: strerror(3) of ENOSPC or EDQUOT. Where only part of the data was written, the system
/// gives no reason, but the server gives a hint. Messages in another language are not recognised.
pub(super) fn is_full(error: &DieselError) -> bool {
    let DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) = error else {
        return false;
    };
    let ends = |text: &str| {
        let text = text.trim_end_matches('.');
        text.ends_with(": No space left on device") || text.ends_with(": Disk quota exceeded")
    };
    ends(information.message())
        || information.details().is_some_and(ends)
        || information.hint() == Some("Check free disk space.")
}

pub(super) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Unavailable(Box::new(error))
}

/// The work was called off, or conflicted with other work. It was rolled back.
pub(super) fn contended(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Contended(Box::new(error))
}

/// The database stopped answering in the middle of the work: the result is not known.
pub(super) fn unanswered(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Unanswered(Box::new(error))
}

/// A row that breaks a rule of the domain. That is always an internal error.
pub(super) fn inconsistent(broken: Error) -> Error {
    Error::Internal(Box::new(broken))
}

/// Whether the statement violated this unique index, foreign key or check.
pub(super) fn violates(error: &DieselError, constraint: &str) -> bool {
    match error {
        DieselError::DatabaseError(
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::CheckViolation,
            information,
        ) => information.constraint_name() == Some(constraint),
        _ => false,
    }
}
