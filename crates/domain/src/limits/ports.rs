use super::{Origin, Subject};
use crate::error::Limited;
use crate::error::{Error, Result};

/// Counts attempts, in this instance only. Memory is bounded.
///
/// An attempt is counted before it is made, so that concurrent attempts cannot exceed the limit.
/// Where only failures count, a success gives the attempt back.
pub trait RateLimits: Send + Sync {
    /// Takes one attempt; `RateLimited` when the limit is reached.
    fn take(&self, limited: Limited, subject: Subject) -> Result<()>;

    /// Gives one attempt back.
    fn give_back(&self, limited: Limited, subject: Subject);

    /// Sets the count of the subject's attempts to zero.
    fn reset(&self, limited: Limited, subject: Subject);
}

impl dyn RateLimits {
    /// Runs limited work. The server's own failures do not count.
    pub async fn counted<T>(
        &self,
        limited: Limited,
        origin: Origin,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.take(limited, origin.into())?;
        let done = work.await;
        if done.as_ref().is_err_and(Error::is_ours) {
            self.give_back(limited, origin.into());
        }
        done
    }
}
