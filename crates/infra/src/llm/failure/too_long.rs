//! How providers say that the context is too long for the model.

use serde_json::Value;

/// How deep codes are looked for.
const DEPTH: usize = 6;

/// The fields that hold a code.
const FIELDS: [&str; 6] = [
    "code",
    "type",
    "status",
    "error_code",
    "error_type",
    "errorCode",
];

const CODES: [&str; 12] = [
    "context_length_exceeded",
    "context_window_exceeded",
    "model_context_window_exceeded",
    "max_context_length_exceeded",
    "exceed_context_size_error",
    "contextwindowexceedederror",
    "model_max_prompt_tokens_exceeded",
    "tokens_limit_reached",
    "prompt_too_long",
    "input_too_long",
    "request_too_large",
    // GLM's.
    "1261",
];

/// Words that are only about the context.
const WORDS: [&str; 35] = [
    "context too long",
    "context is too long",
    "context length",
    "context_length",
    "context window",
    "contextwindowexceeded",
    "context size",
    "context limit",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "input too long",
    "maximum number of input tokens",
    "maximum prompt length",
    "maximum input length",
    "maximum allowed input length",
    "maximum model length",
    "reduce the length of the messages",
    "reduce the length of the prompt",
    "reduce the length of your",
    "inputs tokens + max_new_tokens",
    "inputs must have less than",
    "model token limit",
    "prompt token count",
    "input token count",
    "range of input length",
    "tokens in request more than max tokens",
    "messages exceed",
    "prompt exceeds",
    "input exceeds",
    "prompt 超长",
    "输入过长",
    "输入超长",
    "上下文长度",
    "输入长度",
];

/// Words that may also be about the requested length of the reply.
const VAGUE: [&str; 3] = [
    "too many tokens",
    "maximum number of tokens",
    "token limit exceeded",
];

/// Words about the requested length of the reply. A shorter context does not help then.
const OF_THE_REPLY: [&str; 3] = [
    "max_tokens must be",
    "max_completion_tokens must be",
    "max_new_tokens must be at",
];

/// As above, if one of [`VAGUE`] is there as well.
const OF_COMPLETIONS: [&str; 4] = [
    "max_tokens",
    "max_completion_tokens",
    "completion tokens",
    "for completion",
];

/// Whether a failure tells so by its code.
pub(super) fn by_code(failure: &Value) -> bool {
    has_code(failure, DEPTH)
}

fn has_code(value: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let is_one = |value: &Value| {
        let code = match value {
            Value::String(text) => text.to_ascii_lowercase(),
            Value::Number(number) => number.to_string(),
            _ => return false,
        };
        CODES.contains(&code.as_str())
    };
    match value {
        Value::Object(fields) => fields.iter().any(|(name, value)| {
            FIELDS.contains(&name.as_str()) && is_one(value) || has_code(value, depth)
        }),
        Value::Array(all) => all.iter().any(|one| has_code(one, depth)),
        // Proxies quote the answer that they got.
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).is_ok_and(|inner| has_code(&inner, depth))
        }
        _ => false,
    }
}

/// Whether a failure tells so in its words.
pub(super) fn by_words(words: &str) -> bool {
    let words = words.to_lowercase().replace(['`', '\'', '"'], "");
    let says = |all: &[&str]| all.iter().any(|said| words.contains(said));
    if says(&OF_THE_REPLY) {
        return false;
    }
    says(&WORDS) || says(&VAGUE) && !says(&OF_COMPLETIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_before_words() {
        for json in [
            r#"{"error":{"message":"Bad request.","code":"context_length_exceeded"}}"#,
            r#"{"error":{"message":"x","type":"exceed_context_size_error","code":400}}"#,
            r#"{"error":{"code":"1261","message":"x"}}"#,
            r#"{"error":{"code":1261,"message":"x"}}"#,
            r#"[{"error":{"code":"Tokens_Limit_Reached"}}]"#,
            r#"{"error":{"metadata":{"raw":"{\"error\":{\"code\":\"context_length_exceeded\"}}"}}}"#,
        ] {
            assert!(by_code(&serde_json::from_str(json).unwrap()), "{json}");
        }
        let other = r#"{"error":{"code":"invalid_value","param":"context_length_exceeded"}}"#;
        assert!(!by_code(&serde_json::from_str(other).unwrap()));
    }

    #[test]
    fn words_of_many_providers_are_known() {
        for words in [
            "This model's maximum context length is 4097 tokens. However, your messages resulted in 9000 tokens.",
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
            "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
            "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
            "Input length 131393 exceeds the maximum allowed input length of 131040 tokens.",
            "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens",
            "Input validation error: `inputs` must have less than 1024 tokens. Given: 1500",
            "Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)",
            "prompt token count of 130000 exceeds the limit of 128000",
            "prompt too long; exceeded max context length by 12 tokens",
            "the request exceeds the available context size, try increasing it",
            "Range of input length should be [1, 30720]",
            "Prompt 超长",
            "tokens in request more than max tokens allowed",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "prompt is too long: 210000 tokens > 200000 maximum",
            "tokens to keep from the initial prompt is greater than the context length",
            "too many tokens: size limit exceeded by 100 tokens.",
            "'max_tokens' or 'max_completion_tokens' is too large: 1000. This model's maximum context length is 4096 tokens and your request has 4000 input tokens.",
        ] {
            assert!(by_words(words), "{words}");
        }
        for words in [
            "max_tokens must be at most 4096: too many tokens requested for completion",
            "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model",
            "max_tokens is too large: 100000. This model supports at most 16384 completion tokens",
            "Unknown parameter",
        ] {
            assert!(!by_words(words), "{words}");
        }
    }
}
