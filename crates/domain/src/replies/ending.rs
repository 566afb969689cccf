//! Finish reasons, in the words of many providers.

/// The longest finish reason that is passed on, in bytes.
const REASON: usize = 64;

/// The meaning of a finish reason for storing the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyEnding {
    /// The length limit was reached.
    Length,
    /// A filter of the provider held the reply back.
    Filter,
    /// The reply was not completed.
    Failure,
    Other,
}

impl ReplyEnding {
    pub(crate) fn of(reason: &str) -> Self {
        // Some servers add which filter it was: `content_filter: PROHIBITED_CONTENT`.
        let word = reason.split(is_after_a_word).next().unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
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

fn is_after_a_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ':' | ',' | ';' | '(')
}

/// A reason as one word that can stand in a header: all of it, or else its first word.
pub(super) fn word(reason: &str) -> Option<&str> {
    let is_word = |reason: &&str| {
        (1..=REASON).contains(&reason.len()) && reason.bytes().all(|b| b.is_ascii_graphic())
    };
    let first = reason.trim().split(is_after_a_word).next();
    [Some(reason), first].into_iter().flatten().find(is_word)
}

/// The beginning of a reason, for the client.
pub(super) fn shown(reason: &str) -> String {
    let printable = reason
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(REASON);
    printable.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_with_more_than_a_word_is_understood_by_its_first() {
        for (reason, ending, passed) in [
            ("stop", ReplyEnding::Other, Some("stop")),
            (
                "content_filter: PROHIBITED_CONTENT",
                ReplyEnding::Filter,
                Some("content_filter"),
            ),
            ("SAFETY:high", ReplyEnding::Filter, Some("SAFETY:high")),
            ("error (upstream left)", ReplyEnding::Failure, Some("error")),
            ("length, by max_tokens", ReplyEnding::Length, Some("length")),
            ("停止", ReplyEnding::Other, None),
            ("", ReplyEnding::Other, None),
        ] {
            assert_eq!(ReplyEnding::of(reason), ending, "{reason}");
            assert_eq!(word(reason), passed, "{reason}");
        }
        assert_eq!(shown("停止\r\nX: 1"), "停止  X: 1");
    }
}
