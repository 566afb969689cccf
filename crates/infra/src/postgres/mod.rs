//! The stores, kept in PostgreSQL.

mod connect;
mod conversations;
mod database;
pub mod embedded;
mod error;
mod ids;
mod items;
mod migrate;
mod projects;
mod purge;
mod schema;
mod sessions;
mod shares;
mod statement;

pub use connect::{ConnectError, Target};
pub use conversations::PgConversations;
pub use database::Database;
pub use items::PgItems;
pub use migrate::{MigrateError, migrate};
pub use projects::PgProjects;
pub use purge::PgPurgeQueue;
pub use sessions::PgSessions;
pub use shares::PgShares;
