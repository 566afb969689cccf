use super::{Group, Waiting};
use domain::mutex::locked;
use tokio::runtime::Handle;

/// Stores groups, one after the other. There is at most one writer.
struct GroupWriter {
    group: Group,
    /// Whether it may end before its groups are stored: a worker ends before the process.
    is_of_worker: bool,
    is_over: bool,
}

impl Group {
    /// Starts a writer on the runtime of a request. None may be running.
    pub(super) fn begin_writing(&self) {
        let writer = GroupWriter {
            group: self.clone(),
            is_of_worker: true,
            is_over: false,
        };
        tokio::spawn(writer.run(Vec::new()));
    }
}

impl GroupWriter {
    /// Stores these appends, and then groups as long as appends wait. Each group is stored on the
    /// runtime of its first append.
    async fn run(mut self, mut group: Vec<Waiting>) {
        loop {
            self.group.store_and_answer(group).await;
            let Some(next) = self.next() else {
                return;
            };
            match elsewhere(&next) {
                Some(runtime) if self.is_of_worker => return self.go_on(&runtime, next),
                _ => group = next,
            }
        }
    }

    fn go_on(self, runtime: &Handle, group: Vec<Waiting>) {
        runtime.spawn(self.run(group));
    }

    /// The next group. `None`: no append waits, and the writer ends.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        loop {
            let mut group = {
                let mut queue = locked(&self.group.queue);
                let group = queue.lanes.take();
                queue.is_storing = !group.is_empty();
                group
            };
            if group.is_empty() {
                self.is_over = true;
                return None;
            }
            group.retain(Waiting::take);
            if !group.is_empty() {
                return Some(group);
            }
        }
    }
}

/// The runtime of the first append, if it is another one.
fn elsewhere(group: &[Waiting]) -> Option<Handle> {
    let first = &group.first()?.runtime;
    (first.id() != Handle::current().id()).then(|| first.clone())
}

/// A worker that ends drops its tasks. The appends that still wait are stored on the home runtime.
impl Drop for GroupWriter {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let next = Self {
            group: self.group.clone(),
            is_of_worker: false,
            is_over: false,
        };
        match self.is_of_worker {
            true => next.go_on(&self.group.database.home.clone(), Vec::new()),
            false => locked(&self.group.queue).is_storing = false,
        }
    }
}
