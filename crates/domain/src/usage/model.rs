use crate::auth::UserKind;

/// An owner's usage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The bytes of all texts, and a fixed number for each object.
    pub storage_bytes: u64,
    pub conversations: u64,
    /// How many titles a model was asked for since midnight, UTC.
    pub titles_today: u64,
}

/// The most that an owner may use; `None`: unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    pub storage_bytes: Option<u64>,
    pub conversations: Option<u64>,
    pub titles_per_day: Option<u64>,
}

/// The allowances for each kind of owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowances {
    pub guest: Allowance,
    /// Owners with an account, and owners with external tokens.
    pub account: Allowance,
}

/// How much more an owner may store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageLeft {
    pub limit: u64,
    pub bytes: u64,
}

impl Usage {
    /// The bytes that a remembered request counts.
    pub const REMEMBERED: u64 = 384;
}

impl Allowance {
    pub const NONE: Self = Self {
        storage_bytes: None,
        conversations: None,
        titles_per_day: None,
    };

    /// The default for guests.
    pub const GUEST: Self = Self {
        storage_bytes: Some(1024 * 1024 * 1024),
        conversations: Some(100_000),
        titles_per_day: Some(200),
    };

    /// Whether storage or conversations are limited.
    pub(super) fn limits_storage(self) -> bool {
        self.storage_bytes.is_some() || self.conversations.is_some()
    }
}

impl Allowances {
    pub const NONE: Self = Self {
        guest: Allowance::NONE,
        account: Allowance::NONE,
    };

    pub fn of(&self, kind: UserKind) -> Allowance {
        match kind {
            UserKind::Guest => self.guest,
            UserKind::Account | UserKind::External => self.account,
            UserKind::Operator => Allowance::NONE,
        }
    }
}
