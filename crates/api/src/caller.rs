use domain::id::OwnerId;

/// The owner for whom a request is made. Repeats and the log take the owner from here.
#[derive(Clone, Copy)]
pub(crate) struct KnownCaller {
    pub(crate) owner: OwnerId,
    /// Whether the caller has shown an API key.
    pub(crate) by_key: bool,
}
