use domain::repeats::LookedUpRequest;
use domain::seen::Seen;
use tokio::sync::watch;

/// A reply that another request has asked for, while it is written.
pub(crate) struct WatchedReply {
    pub(crate) begun: LookedUpRequest,
    pub(crate) written: watch::Receiver<Seen>,
    pub(crate) over: watch::Receiver<bool>,
}

impl WatchedReply {
    pub(crate) fn of(
        begun: LookedUpRequest,
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
