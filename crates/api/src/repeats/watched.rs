use domain::repeats::Begun;
use domain::seen::Seen;
use tokio::sync::watch;

/// A reply that another request has asked for, while it is written.
pub(crate) struct Watched {
    pub(crate) begun: Begun,
    pub(crate) written: watch::Receiver<Seen>,
    pub(crate) over: watch::Receiver<bool>,
}

impl Watched {
    pub(crate) fn of(
        begun: Begun,
        written: watch::Receiver<Seen>,
        over: watch::Receiver<bool>,
    ) -> Self {
        Self {
            begun,
            written,
            over,
        }
    }
}
