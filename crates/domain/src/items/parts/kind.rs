use crate::error::{Error, Result};
use crate::items::role::Role;
use std::borrow::Cow;

/// The type of an item, in OpenAI's words: `message`, `function_call`, …; also unknown types. 1 to
/// 64 letters, digits and `_ - . :`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ItemType(Cow<'static, str>);

impl ItemType {
    pub const MESSAGE: Self = Self(Cow::Borrowed("message"));
    pub const FUNCTION_CALL: Self = Self(Cow::Borrowed("function_call"));
    pub const FUNCTION_CALL_OUTPUT: Self = Self(Cow::Borrowed("function_call_output"));
    pub const REASONING: Self = Self(Cow::Borrowed("reasoning"));

    pub fn parse(raw: &str) -> Result<Self> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c);
        if !(1..=64).contains(&raw.len()) || !raw.chars().all(is_word) {
            let message = "type must have 1 to 64 letters, digits, and _ - . :";
            return Err(Error::invalid("type", message));
        }
        if raw == "item_reference" {
            let message = "An item_reference only names another item: send that item.";
            return Err(Error::invalid("type", message));
        }
        Ok(Self::stored(raw.to_owned()))
    }

    /// A stored type.
    #[must_use]
    pub fn stored(raw: String) -> Self {
        Self(Cow::Owned(raw))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_message(&self) -> bool {
        *self == Self::MESSAGE
    }

    /// The role that items of this type have where the client names none. `None`: a message, which
    /// must have one.
    pub fn role(&self) -> Option<Role> {
        let is_answer = ["_output", "_response"]
            .iter()
            .any(|end| self.0.ends_with(end));
        match self.is_message() {
            true => None,
            false if is_answer => Some(Role::Tool),
            false => Some(Role::Assistant),
        }
    }

    /// The role of an item of this type: the given one, or the usual one of the type. Calls,
    /// their outputs and reasoning have no other.
    pub fn role_or(&self, given: Option<Role>) -> Result<Role> {
        let usual = self.role();
        let is_fixed = [
            Self::FUNCTION_CALL,
            Self::FUNCTION_CALL_OUTPUT,
            Self::REASONING,
        ]
        .contains(self);
        match (given, usual) {
            (None, None) => Err(Error::missing("role")),
            (None, Some(role)) => Ok(role),
            (Some(given), Some(role)) if is_fixed && given != role => {
                let word = if role == Role::Tool {
                    "tool"
                } else {
                    "assistant"
                };
                let message = format!("The role of a {} is {word}; it may be absent.", self.0);
                Err(Error::invalid("role", message))
            }
            (Some(given), _) => Ok(given),
        }
    }
}
