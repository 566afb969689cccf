//! What can go wrong with a model provider, by what it means to the caller.

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderFailure {
    /// Nobody has said where a model is.
    #[error("This server has no model provider yet: whoever runs it sets {variable}.")]
    NotConfigured { variable: &'static str },
    /// As many requests as may be are under way, and as many as may wait are waiting.
    #[error("The model is busy, and the queue for it is full. Try again in {retry_after} seconds.")]
    Busy { retry_after: u64 },
    /// It was silent for too long, or took too long altogether.
    #[error("The model provider did not answer in time.")]
    TimedOut,
    /// It wants to be asked less often; seconds to wait.
    #[error("The model provider limits how often it may be asked: {message}")]
    RateLimited { retry_after: u64, message: String },
    /// It will never do what was asked.
    #[error("The model provider refused the request: {}", .0.message)]
    Refused(Refusal),
    /// It could not be reached, failed, or answered with something that is no reply.
    #[error("The model provider failed: {0}")]
    Failed(String),
}

/// A request that the provider finds wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// In the provider's words.
    pub message: String,
    /// The field that the provider blames.
    pub param: Option<String>,
}

/// What is wrong with a request, in the provider's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    Invalid,
    /// There is no such model, as a rule.
    NotFound,
    TooLarge,
}

impl ProviderFailure {
    /// How long to wait before asking again where nobody has said so, in seconds.
    pub const PAUSE: u64 = 10;

    pub fn failed(what: impl Into<String>) -> Self {
        Self::Failed(what.into())
    }
}
