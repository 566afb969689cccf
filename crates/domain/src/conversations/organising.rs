use super::{FlagChanges, Tags};
use crate::id::ProjectId;

/// A way to organise many conversations with one request.
#[derive(Clone, Debug)]
pub enum Organising {
    Flag(FlagChanges),
    /// `None`: out of their projects.
    Move(Option<ProjectId>),
    /// Adds tags. A conversation that would have too many stays as it is.
    Tag(Tags),
    /// Takes tags away.
    Untag(Tags),
}

impl Organising {
    pub(super) fn adds_text(&self) -> bool {
        matches!(self, Self::Tag(_))
    }
}
