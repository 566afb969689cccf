//! The one place where driver errors become domain errors.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::error::Error;

/// A failure of a statement, for callers that cannot explain it otherwise.
pub(super) fn storage(error: DieselError) -> Error {
    match error {
        DieselError::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        )
        | DieselError::BrokenTransactionManager => unavailable(error),
        other => Error::Internal(other.into()),
    }
}

pub(super) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Unavailable(Box::new(error))
}

/// A row that breaks a rule of the domain: our failure, whatever the rule was.
pub(super) fn inconsistent(broken: Error) -> Error {
    Error::Internal(Box::new(broken))
}

/// Whether the statement ran into this unique index, foreign key or check.
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
