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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlagChanges {
    pub archived: Change<bool>,
    pub pinned: Change<bool>,
}

/// The entries that a list shows, by their flags. `None`: both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlagFilter {
    pub archived: Option<bool>,
    pub pinned: Option<bool>,
}
