//! A text and its thoughts.

/// A text, and the thoughts that were taken out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    pub text: String,
    pub thoughts: Option<String>,
}

/// Whether a text that may begin with thoughts is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// The text was cut: an unclosed thought counts as a thought.
    Cut,
}

/// The marks of most models.
pub(super) const THINK: (&str, &str) = ("<think>", "</think>");

/// Tags that open a thought of some models. As often they open a part of the answer, where the question
/// asked for such tags.
pub(super) const TAGS: &[&str] = &["<reasoning>", "<reflection>", "<thoughts>", "<analysis>"];

impl Split {
    /// A text without thoughts.
    pub(super) fn text(written: &str) -> Self {
        Self {
            text: written.to_owned(),
            thoughts: None,
        }
    }

    pub(super) fn add(&mut self, next: Self) {
        self.text.push_str(&next.text);
        if let Some(thoughts) = next.thoughts {
            self.thoughts.get_or_insert_default().push_str(&thoughts);
        }
    }
}

/// A text in pieces of limited length, since each step reads the held text from its beginning.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = rest.len().min(1024);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}
