use super::{ChatChunk, ProviderFailure};
use crate::items::Content;

type Result<T> = std::result::Result<T, ProviderFailure>;

/// The longest word for the end of a reply that is passed on, in bytes.
const REASON: usize = 64;

/// What is known of a reply that is being written and is to be kept.
#[derive(Default)]
pub(crate) struct Draft {
    characters: usize,
    /// The model that the provider says is answering.
    pub(crate) model: Option<String>,
    /// Why it ended, in the provider's word.
    pub(crate) finish_reason: Option<String>,
}

impl Draft {
    /// Takes note of the next part, and gives up on a reply that could not be kept. The same question
    /// would most likely lead to such a reply again, and cost as much.
    pub(crate) fn add(&mut self, chunk: &mut ChatChunk) -> Result<()> {
        self.characters += chunk.text.chars().count();
        if self.characters > Content::MAX_CHARACTERS {
            return Err(ProviderFailure::lasting(
                "its reply has more than 1,000,000 characters.",
            ));
        }
        if chunk.text.contains('\0') {
            return Err(ProviderFailure::lasting(
                "its reply has a NUL character (U+0000).",
            ));
        }
        if chunk.calls_a_tool() {
            return Err(ProviderFailure::lasting(
                "it called a tool, which is no reply.",
            ));
        }
        self.model = self.model.take().or(chunk.model.take());
        self.finish_reason = self.finish_reason.take().or(chunk.finish_reason.take());
        Ok(())
    }

    /// All that it says, as what is kept.
    pub(crate) fn content(text: String) -> Result<Content> {
        // An empty one is a matter of chance more often than not.
        Content::parse(text).map_err(|_| ProviderFailure::failed("its reply is empty."))
    }

    /// Why it ended, where the provider says so in a word that can be passed on.
    pub(crate) fn into_finish_reason(self) -> Option<String> {
        let is_word = |reason: &String| {
            (1..=REASON).contains(&reason.len()) && reason.bytes().all(|b| b.is_ascii_graphic())
        };
        self.finish_reason.filter(is_word)
    }
}
