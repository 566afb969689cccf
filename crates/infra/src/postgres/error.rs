//! Converts driver errors into domain errors. No other module does that.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use domain::error::{Error, NotBegun};
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
/// gives no reason, but the server gives a hint. Messages in another language are not recognised;
/// `Target::connect_for_work` chooses English where it may.
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

/// The work was not begun.
pub(super) fn not_begun(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    unavailable(NotBegun(Box::new(error)))
}

/// The work was called off, or conflicted with other work. It was rolled back.
pub(super) fn contended(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Contended(Box::new(error))
}

/// The database stopped answering in the middle of the work: the result is not known.
pub(super) fn unanswered(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Unanswered(Box::new(error))
}

/// The failure of a look that follows work which was done: the work must not be repeated.
pub(super) fn after_work(error: Error) -> Error {
    match error.came_too_early() {
        true => unavailable(error),
        false => error,
    }
}

/// A row that breaks a rule of the domain. That is always an internal error.
pub(super) fn inconsistent(broken: Error) -> Error {
    Error::Internal(Box::new(broken))
}

/// Whether the statement violated this unique index, foreign key or check. Where Citus keeps a table in
/// parts, the name ends in the number of the part and may be in the message only, and some ways lose
/// the kind of the error.
pub(super) fn violates(error: &DieselError, constraint: &str) -> bool {
    let DieselError::DatabaseError(kind, information) = error else {
        return false;
    };
    let is_it = |name: &str| is_named(name, constraint);
    match (kind, information.constraint_name()) {
        (
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::CheckViolation,
            Some(name),
        ) => is_it(name),
        (
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::Unknown,
            None,
        ) => quoted(information.message()).any(is_it),
        _ => false,
    }
}

/// The names in a message, which are in double quotes in most languages.
fn quoted(message: &str) -> impl Iterator<Item = &str> {
    message.split('"').skip(1).step_by(2)
}

/// Whether it is the name of the constraint, or that of its copy in a part of the table.
fn is_named(name: &str, constraint: &str) -> bool {
    let Some(rest) = name.strip_prefix(constraint) else {
        return false;
    };
    let is_part = |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    rest.is_empty() || rest.strip_prefix('_').is_some_and(is_part)
}

/// Whether a server behind this connection was lost, and the connection stays open: a node of a Citus cluster, or
/// the server of a pooler. These errors have codes of class 08, or 57P01 to 57P03, which Diesel does not give. Citus
/// translates no messages; those of a PostgreSQL in another language are recognised where the role may choose the
/// language (see `Target::connect_for_work`).
pub(super) fn is_of_lost_node(error: &DieselError) -> bool {
    const LOST: [&str; 12] = [
        // Citus, about its nodes.
        "connection to the remote node ",
        "connection establishment for node ",
        "could not establish any connections to the node ",
        "failure on connection marked as essential: ",
        "the total number of connections on the server is more than max_connections",
        // PgBouncer, about its server.
        "server conn crashed",
        // PostgreSQL, through Citus or a pooler.
        "terminating connection due to administrator command",
        "terminating connection because of crash of another server process",
        "the database system is starting up",
        "the database system is shutting down",
        "the database system is in recovery mode",
        "the database system is not yet accepting connections",
    ];
    let DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) = error else {
        return false;
    };
    let message = information.message();
    LOST.iter().any(|beginning| message.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::result::DatabaseErrorInformation;

    struct Said {
        message: &'static str,
        constraint: Option<&'static str>,
    }

    impl DatabaseErrorInformation for Said {
        fn message(&self) -> &str {
            self.message
        }
        fn details(&self) -> Option<&str> {
            None
        }
        fn hint(&self) -> Option<&str> {
            None
        }
        fn table_name(&self) -> Option<&str> {
            None
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            self.constraint
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    fn error(
        kind: DatabaseErrorKind,
        message: &'static str,
        constraint: Option<&'static str>,
    ) -> DieselError {
        let said = Said {
            message,
            constraint,
        };
        DieselError::DatabaseError(kind, Box::new(said))
    }

    #[test]
    fn a_constraint_is_known_by_its_name_also_in_a_part_of_a_table() {
        let unique = |message, name| error(DatabaseErrorKind::UniqueViolation, message, name);
        for name in ["items_by_call_id", "items_by_call_id_102161"] {
            assert!(violates(
                &unique("in any language", Some(name)),
                "items_by_call_id"
            ));
        }
        for name in [
            "items_by_call",
            "items_by_call_id_",
            "items_by_call_id_2x",
            "items_pkey",
        ] {
            assert!(!violates(
                &unique("in any language", Some(name)),
                "items_by_call_id"
            ));
        }
    }

    #[test]
    fn a_constraint_is_known_by_the_message_where_a_node_says_no_name() {
        const PROJECT: &str = "conversations_owner_id_project_id_fkey";
        let message = "insert or update on table \"conversations_102045\" violates foreign key \
                       constraint \"conversations_owner_id_project_id_fkey_102045\"";
        for kind in [
            DatabaseErrorKind::ForeignKeyViolation,
            DatabaseErrorKind::Unknown,
        ] {
            assert!(violates(&error(kind, message, None), PROJECT));
        }
        let unknown = DatabaseErrorKind::Unknown;
        assert!(!violates(
            &error(unknown, message, None),
            "items_by_call_id"
        ));
        let full = error(unknown, "could not extend file \"base/1/2\"", None);
        assert!(!violates(&full, PROJECT));
    }

    #[test]
    fn a_node_that_is_lost_is_known_by_the_message() {
        let error = |message| error(DatabaseErrorKind::Unknown, message, None);
        for lost in [
            "connection to the remote node postgres@10.0.0.2:5432 failed with the following error: x",
            "could not establish any connections to the node 10.0.0.2:5432 after 30000 ms",
            "failure on connection marked as essential: 10.0.0.2:5432",
            "connection establishment for node 10.0.0.2:5432 failed",
            "terminating connection due to administrator command",
            "the database system is shutting down",
        ] {
            assert!(is_of_lost_node(&error(lost)), "{lost}");
        }
        assert!(!is_of_lost_node(&error("division by zero")));
    }
}
