/// The estimated size of a token: four bytes of UTF-8. English text has about that on average, and
/// tokens of other scripts have fewer.
pub(super) const BYTES_PER_TOKEN: usize = 4;

/// The estimated tokens of a message without its text.
const TOKENS_PER_MESSAGE: usize = 4;

/// The estimated tokens of a message with this text.
pub(crate) fn tokens(text: &str) -> usize {
    text.len().div_ceil(BYTES_PER_TOKEN) + TOKENS_PER_MESSAGE
}

/// The most bytes of text in a message that costs at most `tokens` tokens.
pub(crate) fn longest(tokens: usize) -> usize {
    tokens
        .saturating_sub(TOKENS_PER_MESSAGE)
        .saturating_mul(BYTES_PER_TOKEN)
}
