//! Users, accounts, sessions, API keys, and removed owners.

mod accounts;
mod keys;
mod keys_apart;
mod person;
mod removal;
mod sessions;
mod users;

pub use accounts::PgAccounts;
pub use keys::PgKeys;
pub use removal::PgRemovals;
pub use sessions::PgSessions;
