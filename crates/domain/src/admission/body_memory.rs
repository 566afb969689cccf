//! The memory of a request's body, for work that outlives the request.

use std::fmt;

/// Counted memory, held by the work that needs it until this is dropped. The default holds none.
#[derive(Default)]
pub struct BodyMemory {
    _held: Option<Box<dyn Send + Sync>>,
}

impl BodyMemory {
    /// Holds permits, of any budgets.
    pub fn of(held: impl Send + Sync + 'static) -> Self {
        Self {
            _held: Some(Box::new(held)),
        }
    }
}

impl fmt::Debug for BodyMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyMemory")
    }
}
