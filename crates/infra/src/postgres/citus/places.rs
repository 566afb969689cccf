//! Where Citus keeps each table.

/// Where the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In parts, by owner: what an owner has in all of these tables is on one node.
    ByOwner,
    /// Whole, on each node: statements on the tables by owner read it.
    Everywhere,
    /// Whole, on the coordinator: no statement joins it with the others.
    Coordinator,
}

use Place::{ByOwner, Coordinator, Everywhere};

/// The place of each table. Those before others that refer to them come first. A test compares the names with
/// the migrated database, so each new table must get a place here.
pub const PLACES: &[(&str, Place)] = &[
    ("removed_owners", Everywhere),
    ("projects", ByOwner),
    ("conversations", ByOwner),
    ("items", ByOwner),
    ("item_versions", ByOwner),
    ("shares", ByOwner),
    ("jobs", ByOwner),
    ("usage", ByOwner),
    ("repeats", ByOwner),
    ("turn_queue", ByOwner),
    ("title_queue", ByOwner),
    ("user_settings", ByOwner),
    ("responses", ByOwner),
    ("search_words", ByOwner),
    ("search_conversations", ByOwner),
    ("search_blocks", ByOwner),
    ("search_owners", ByOwner),
    ("users", Coordinator),
    ("accounts", Coordinator),
    ("email_addresses", Coordinator),
    ("refresh_tokens", Coordinator),
    ("api_keys", Coordinator),
    ("api_key_digests", Coordinator),
    ("external_removals", Coordinator),
    ("share_digests", Coordinator),
    ("share_tombstones", Coordinator),
    ("purge_queue", Coordinator),
    ("__diesel_schema_migrations", Coordinator),
];

/// The table with which the others by owner share their nodes.
pub(super) const FIRST: &str = "projects";
