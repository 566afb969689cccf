//! The faces of the service: the same data in the shapes of different clients.

/// A face, known by its addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Face {
    /// The service's own, under `/v1`.
    #[default]
    Native,
    /// That of a Jan Server, under `/jan`.
    Jan,
    /// That of OpenAI, under `/openai`.
    OpenAi,
}

impl Face {
    /// The face that an address belongs to.
    pub(crate) fn of(path: &str) -> Self {
        if path.starts_with("/jan/") {
            Self::Jan
        } else if path.starts_with("/openai/") {
            Self::OpenAi
        } else {
            Self::Native
        }
    }

    /// Whether the face has addresses that are not in the service's document.
    pub(crate) fn is_apart(self) -> bool {
        self != Self::Native
    }
}
