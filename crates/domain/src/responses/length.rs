//! The name of the field that limits an answer. Some models refuse the older one.

use super::CreateResponse;
use crate::error::ProviderRefusal;
use crate::mutex::locked;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

/// The name that every provider knows, except for some models.
const USUAL: &str = "max_tokens";

/// The name that these models want.
const NEWER: &str = "max_completion_tokens";

/// The most models that are remembered.
const MOST: usize = 1_000;

/// The models that have refused the usual name.
#[derive(Default)]
pub(super) struct LengthNames(Mutex<HashSet<Option<String>>>);

impl LengthNames {
    /// The name of an option in a request for this model.
    pub(super) fn of<'a>(&self, name: &'a str, model: &Option<String>) -> &'a str {
        match name == USUAL && self.newer().contains(model) {
            true => NEWER,
            false => name,
        }
    }

    /// Remembers that the model refuses the usual name. `false`: it refuses something else.
    pub(super) fn learn(&self, create: &CreateResponse, refusal: &ProviderRefusal) -> bool {
        let is_sent = create.options.iter().any(|(name, _)| name == USUAL);
        let is_named = refusal.report.to_string().contains(NEWER);
        let mut newer = self.newer();
        is_sent
            && is_named
            && !refusal.is_too_long
            && newer.len() < MOST
            && newer.insert(create.model.clone())
    }

    fn newer(&self) -> MutexGuard<'_, HashSet<Option<String>>> {
        locked(&self.0)
    }
}
