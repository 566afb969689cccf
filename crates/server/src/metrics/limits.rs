//! Attempts that were refused, by the limit.

use domain::error::Limited;
use domain::error::{Error, Result};
use domain::figures::Count;
use domain::limits::{RateLimits, Subject};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Counts refusals by the setting of the limit.
pub(super) struct CountedLimits {
    limits: Arc<dyn RateLimits>,
    refused: BTreeMap<&'static str, Count>,
}

impl CountedLimits {
    pub(super) fn new(limits: &Arc<dyn RateLimits>) -> Self {
        let settings = Limited::ALL.map(|limited| (limited.setting(), Count::default()));
        Self {
            limits: Arc::clone(limits),
            refused: settings.into_iter().collect(),
        }
    }

    /// The refusals by the name of the setting.
    pub(super) fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.refused
            .iter()
            .map(|(name, count)| (*name, count.read()))
    }
}

impl RateLimits for CountedLimits {
    fn take(&self, limited: Limited, subject: Subject) -> Result<()> {
        let taken = self.limits.take(limited, subject);
        if let Err(Error::RateLimited { .. }) = taken
            && let Some(count) = self.refused.get(limited.setting())
        {
            count.add(1);
        }
        taken
    }

    fn give_back(&self, limited: Limited, subject: Subject) {
        self.limits.give_back(limited, subject);
    }

    fn reset(&self, limited: Limited, subject: Subject) {
        self.limits.reset(limited, subject);
    }
}
