//! The kinds of objects that can be missing.

/// The kinds of objects that can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    ApiKey,
    Conversation,
    Item,
    Project,
    Response,
    Session,
    Share,
    Version,
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::ApiKey => "API key",
            Self::Conversation => "conversation",
            Self::Item => "item",
            Self::Project => "project",
            Self::Response => "response",
            Self::Session => "session",
            Self::Share => "link",
            Self::Version => "version",
        })
    }
}

impl Resource {
    /// A sentence about the form of its id, after a blank, if this id is of another kind.
    pub(super) fn hint(self, id: &str) -> &'static str {
        let (prefixes, shape) = self.shape();
        let begins = |prefix: &&str| {
            let start = id.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if prefixes.iter().any(begins) {
            ""
        } else {
            shape
        }
    }

    /// The prefixes of the object's id, and the sentence that names them.
    fn shape(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::ApiKey => (&["key_"], " Its id begins with `key_`."),
            Self::Conversation => (&["conv_"], " Its id begins with `conv_`."),
            Self::Item => (&["item_"], " Its id begins with `item_`."),
            Self::Project => (&["proj_"], " Its id begins with `proj_`."),
            Self::Response => (&["resp_"], " Its id begins with `resp_`."),
            Self::Session => (&["sess_"], " Its id begins with `sess_`."),
            Self::Share => (
                &["share_", "msg_share_"],
                " Its id begins with `share_` or `msg_share_`.",
            ),
            Self::Version => (&[], " Versions are numbered from 1."),
        }
    }
}
