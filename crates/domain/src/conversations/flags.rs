use super::change::Change;

/// How an owner organises a conversation or a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Put away: lists leave it out by default.
    pub archived: bool,
    /// Kept at hand.
    pub pinned: bool,
}

/// New flags.
#[derive(Clone, Debug, Default)]
pub struct FlagChanges {
    pub archived: Change<bool>,
    pub pinned: Change<bool>,
}

impl FlagChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        matches!((&self.archived, &self.pinned), (Change::Keep, Change::Keep))
    }
}

/// Which entries a list shows. `None`: both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlagFilter {
    pub archived: Option<bool>,
    pub pinned: Option<bool>,
}
