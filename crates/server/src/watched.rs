//! The parts of a service that only its operator looks at.

use crate::jobs::JobFigures;
use domain::admission::Budget;
use infra::security::ExternalIssuers;
use std::sync::Arc;

/// Parts that can be watched and that requests do not use.
#[derive(Clone, Default)]
pub struct WatchedParts {
    /// Limits by name: those that no other part shows.
    pub budgets: Vec<(&'static str, Budget)>,
    pub issuers: Option<Arc<ExternalIssuers>>,
    pub jobs: Arc<JobFigures>,
}
