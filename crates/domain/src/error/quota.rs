/// A limited resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceededQuota {
    Storage {
        limit: u64,
    },
    Conversations {
        limit: u64,
    },
    /// The limit of storage, by remembered requests.
    Remembered {
        limit: u64,
    },
}

impl ExceededQuota {
    /// The name in the usage answer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Storage { .. } | Self::Remembered { .. } => "storage_limit",
            Self::Conversations { .. } => "conversation_limit",
        }
    }
}

impl std::fmt::Display for ExceededQuota {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Storage { limit } => write!(
                f,
                "This would exceed the storage_limit: {limit} bytes. Delete conversations, messages or \
                 responses to make room, which is noticed within a minute."
            ),
            Self::Remembered { limit } => write!(
                f,
                "Your data, together with the remembered requests with an Idempotency-Key, exceeds \
                 the storage_limit: {limit} bytes. Send the request without an Idempotency-Key, or \
                 later: requests are remembered for 24 hours."
            ),
            Self::Conversations { limit } => write!(
                f,
                "This would exceed the conversation_limit: {limit} conversations. Delete some to make \
                 room, which is noticed within a minute."
            ),
        }
    }
}
