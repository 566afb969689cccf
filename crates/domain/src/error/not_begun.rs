use super::Source;

/// The cause of an [`Error::Unavailable`](super::Error::Unavailable) of work that was not begun. So
/// it has surely changed nothing.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct NotBegun(pub Source);
