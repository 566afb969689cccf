use domain::figures::{Count, Level};

/// Figures about clients' connections.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Connections that are open now.
    pub open: Level,
    /// Connections that were accepted.
    pub accepted: Count,
    /// Connections that were closed at once, because their client has as many as it may have.
    pub refused: Count,
    /// Bytes that clients have sent.
    pub received: Count,
    /// Bytes that clients have taken.
    pub sent: Count,
}
