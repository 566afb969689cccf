//! Finish reasons, in the words of many providers.

/// The meaning of a finish reason for storing the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The length limit was reached.
    Length,
    /// A filter of the provider held the reply back.
    Filter,
    /// The reply was not completed.
    Failure,
    Other,
}

impl Ending {
    pub(super) fn of(reason: &str) -> Self {
        match reason.to_ascii_lowercase().as_str() {
            "length"
            | "max_tokens"
            | "max_output_tokens"
            | "model_length"
            | "max_length"
            | "model_context_window_exceeded" => Self::Length,
            "content_filter"
            | "content_filtered"
            | "safety"
            | "image_safety"
            | "recitation"
            | "prohibited_content"
            | "blocklist"
            | "spii"
            | "sensitive"
            | "refusal"
            | "language"
            | "guardrail_intervened"
            | "error_toxic" => Self::Filter,
            "error"
            | "network_error"
            | "abort"
            | "aborted"
            | "cancelled"
            | "canceled"
            | "timeout"
            | "insufficient_system_resource"
            | "model_error"
            | "malformed_function_call"
            | "unexpected_tool_call" => Self::Failure,
            _ => Self::Other,
        }
    }
}
