use crate::items::Role;

/// A message of the context for a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub content: String,
    pub beside: MessageExtra,
}

/// The content of a message other than its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MessageExtra {
    #[default]
    Nothing,
    /// All of its content, with pictures or files.
    Parts(Vec<Shown>),
    /// The model's calls of tools.
    Calls(Vec<Call>),
    /// The text is the output of the call with this id.
    Output(String),
}

/// A call of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    pub id: String,
    pub name: String,
    /// JSON, by a model: it may be broken.
    pub arguments: String,
}

/// A piece of a call that a model is writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallPiece {
    /// Which call of the answer it is, from 0.
    pub index: usize,
    pub id: Option<String>,
    pub name: String,
    pub arguments: String,
}

/// A part of a message that has more than text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Text(String),
    Picture {
        url: String,
        detail: Option<String>,
    },
    File {
        data: Option<String>,
        id: Option<String>,
        name: Option<String>,
    },
}

impl Message {
    /// A text alone.
    pub fn text(role: Role, content: String) -> Self {
        Self {
            role,
            content,
            beside: MessageExtra::Nothing,
        }
    }
}
