use domain::id::OwnerId;

/// The caller, for the log.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) owner: OwnerId,
    /// Whether the caller has shown an API key.
    pub(crate) by_key: bool,
}
