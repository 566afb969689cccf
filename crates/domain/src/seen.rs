//! The part of a reply that is written so far, for the clients that watch it.

use crate::thoughts::Split;

/// The visible part of a reply that is being written.
#[derive(Debug, Default)]
pub struct Seen {
    pub(crate) text: String,
    pub(crate) thoughts: String,
    pub(crate) by: WrittenBy,
}

/// The provider's id of an answer, and the model that writes it, each once it is known.
#[derive(Clone, Debug, Default)]
pub struct WrittenBy {
    pub id: Option<String>,
    pub model: Option<String>,
}

impl Seen {
    /// A complete reply.
    pub fn whole(text: String, thoughts: Option<String>, by: WrittenBy) -> Self {
        let thoughts = thoughts.unwrap_or_default();
        Self { text, thoughts, by }
    }

    /// Notes the id and the model that the provider gives its answer. The first of each counts.
    pub(crate) fn is_by(&mut self, by: WrittenBy) {
        self.by.id = self.by.id.take().or(by.id);
        self.by.model = self.by.model.take().or(by.model);
    }

    pub(crate) fn add(&mut self, more: &Split) {
        self.text.push_str(&more.text);
        self.thoughts
            .push_str(more.thoughts.as_deref().unwrap_or_default());
    }
}
