use super::{Limited, Subject};
use crate::error::Result;

/// Counts attempts, in this instance alone. Memory is bounded, whoever comes.
///
/// An attempt is taken before it is made, so that many at once cannot slip through together; where
/// only failures count, a success gives it back.
pub trait RateLimits: Send + Sync {
    /// Takes one attempt; `RateLimited` when none is left.
    fn take(&self, limited: Limited, subject: Subject) -> Result<()>;

    /// Gives one attempt back.
    fn give_back(&self, limited: Limited, subject: Subject);

    /// Forgets all attempts of the subject.
    fn forget(&self, limited: Limited, subject: Subject);
}
