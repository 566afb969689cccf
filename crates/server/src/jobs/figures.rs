//! Figures about the jobs of this instance.

use domain::error::Result;
use domain::jobs::{Backlog, JobKind, JobQueue};
use domain::mutex::locked;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// The kinds of jobs that wait in the queue; the service's own are always there.
const WAITING: [JobKind; 6] = [
    JobKind::Usage,
    JobKind::Title,
    JobKind::Removal,
    JobKind::Versions,
    JobKind::Purge,
    JobKind::Search,
];

/// How many steps of jobs were done, and how many failed; and how many jobs waited at the last look.
#[derive(Debug, Default)]
pub struct JobFigures(Mutex<JobState>);

#[derive(Debug, Default)]
struct JobState {
    steps: BTreeMap<JobKind, Steps>,
    backlogs: Vec<Backlog>,
}

/// The steps of a kind of jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    pub done: u64,
    pub failed: u64,
}

impl JobFigures {
    /// Shows these kinds, also before the first step.
    pub(super) fn shows(&self, kinds: &[JobKind]) {
        let mut state = self.state();
        for kind in kinds {
            state.steps.entry(*kind).or_default();
        }
    }

    pub(super) fn did(&self, kind: JobKind) {
        self.state().steps.entry(kind).or_default().done += 1;
    }

    pub(super) fn failed(&self, kind: JobKind) {
        self.state().steps.entry(kind).or_default().failed += 1;
    }

    /// Counts the waiting jobs of all instances.
    pub(crate) async fn look(&self, queue: &dyn JobQueue) -> Result<()> {
        let backlogs = queue.backlog(&WAITING).await?;
        self.state().backlogs = backlogs;
        Ok(())
    }

    /// The steps by kind.
    #[must_use]
    pub fn steps(&self) -> Vec<(JobKind, Steps)> {
        let state = self.state();
        state.steps.iter().map(|(kind, it)| (*kind, *it)).collect()
    }

    /// The jobs that waited at the last look, by kind; `None`: no jobs of this kind.
    #[must_use]
    pub fn backlogs(&self) -> [(JobKind, Option<Backlog>); WAITING.len()] {
        let state = self.state();
        WAITING.map(|kind| {
            let of_kind = |backlog: &&Backlog| backlog.kind == kind;
            (kind, state.backlogs.iter().find(of_kind).copied())
        })
    }

    fn state(&self) -> MutexGuard<'_, JobState> {
        locked(&self.0)
    }
}
