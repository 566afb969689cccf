//! Values that break a rule.

/// A value that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The field, as a path such as `items[3].content`; `None` when the error is not about one
    /// field.
    pub param: Option<String>,
    pub reason: InvalidReason,
    /// A sentence a person can act on.
    pub message: String,
}

/// Which kind of rule a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidReason {
    /// Outside the allowed length, range or set.
    Value,
    /// A paging cursor that this list did not issue, or whose item was deleted.
    Cursor,
    /// Contains U+0000, which texts may not contain.
    NulCharacter,
    /// Is absent, and must be given.
    Missing,
    /// Is of another type of JSON.
    Type,
    /// Has a name twice in one object.
    Twice,
    /// Is not the caller's password.
    Password,
    /// Is valid for a model, but cannot be stored: only text can.
    Unkept,
}

impl Invalid {
    pub(super) fn new(
        reason: InvalidReason,
        param: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            param: Some(param.into()),
            reason,
            message: message.into(),
        }
    }

    /// Puts `prefix` before the field, also where the message begins with the field.
    pub(super) fn within(self, prefix: &str) -> Self {
        let named = self.param.as_ref().is_some_and(|param| {
            let rest = self.message.strip_prefix(param);
            rest.is_some_and(|rest| rest.starts_with(' '))
        });
        Self {
            param: Some(match self.param {
                Some(param) => format!("{prefix}.{param}"),
                None => prefix.to_owned(),
            }),
            reason: self.reason,
            message: match named {
                true => format!("{prefix}.{}", self.message),
                false => self.message,
            },
        }
    }
}
