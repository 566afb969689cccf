//! The stores, kept in PostgreSQL.

mod connect;
mod conversations;
mod database;
pub mod embedded;
mod error;
mod execute;
mod identity;
mod ids;
mod items;
mod jobs;
mod lent;
mod migrate;
mod projects;
mod purge;
mod replies;
mod schema;
mod shares;
mod statement;
mod titles;
mod turns;
mod unit;
mod usage;

pub use connect::{ConnectError, Target};
pub use conversations::PgConversations;
pub use database::Database;
pub use identity::{PgAccounts, PgKeys, PgRemovals, PgSessions};
pub use items::PgItems;
pub use jobs::PgJobs;
pub use migrate::{MigrateError, migrate};
pub use projects::PgProjects;
pub use purge::PgPurge;
pub use replies::PgReplies;
pub use shares::PgShares;
pub use titles::{NewTitles, PgTitleQueue};
pub use turns::PgTurns;
pub use usage::PgUsage;
