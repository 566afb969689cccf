use crate::error::{Error, Result};
use crate::items::{Content, ItemType, JsonObject, Parts, Role, quoted, text};

/// An item of a response without its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemEntry {
    pub role: Role,
    pub content: Content,
    /// Whether the model has completed it.
    pub is_complete: bool,
}

impl ItemEntry {
    pub fn new(role: Role, content: Content) -> Self {
        Self {
            role,
            content,
            is_complete: true,
        }
    }

    /// In the place of an item that was deleted.
    #[must_use]
    pub fn deleted() -> Self {
        let nothing = Parts::stored(None, "[]".to_owned());
        Self::new(Role::Assistant, Content::from(nothing))
    }

    /// The item as JSON: OpenAI's, without an id. A message that is a text alone has the text as its
    /// content.
    pub fn json(&self) -> String {
        let status = match self.is_complete {
            true => "completed",
            false => "incomplete",
        };
        let kind = quoted(self.content.kind().as_str());
        if self.content.kind().is_message() {
            let content = match self.content.parts_json() {
                Some(parts) => parts.to_owned(),
                None => quoted(self.content.as_str()),
            };
            let role = word(self.role);
            return format!(
                r#"{{"type":{kind},"status":"{status}","role":"{role}","content":{content}}}"#
            );
        }
        let object = self.content.parts().and_then(Parts::object);
        let mut json = format!(r#"{{"type":{kind}"#);
        let mut has_status = false;
        for (name, value) in object.iter().flat_map(JsonObject::fields) {
            if matches!(name, "type" | "id") {
                continue;
            }
            has_status |= name == "status";
            json.push_str(&format!(",{}:{value}", quoted(name)));
        }
        if !has_status {
            json.push_str(&format!(r#","status":"{status}""#));
        }
        json.push('}');
        json
    }

    /// An item that was stored as [`ItemEntry::json`].
    pub fn stored(json: &str) -> Result<Self> {
        let unreadable = || Error::Internal("a stored item is not one".into());
        let object = JsonObject::parse(json).ok_or_else(unreadable)?;
        let kind = object.text("type").ok_or_else(unreadable)?;
        let is_complete = object.text("status").as_deref() != Some("incomplete");
        let kind = ItemType::stored(kind);
        if !kind.is_message() {
            let role = kind.role().ok_or_else(unreadable)?;
            let parts = Parts::stored(Some(kind.as_str().to_owned()), format!("[{json}]"));
            return Ok(Self {
                role,
                content: Content::from(parts),
                is_complete,
            });
        }
        let role = object.text("role");
        let role = role.as_deref().and_then(role_of);
        let content = object.get("content").ok_or_else(unreadable)?;
        let content = match text(content) {
            Some(text) => Content::parse(text)?,
            None => Content::from(Parts::stored(None, content.to_owned())),
        };
        Ok(Self {
            role: role.ok_or_else(unreadable)?,
            content,
            is_complete,
        })
    }

    /// The size in bytes.
    pub fn bytes(&self) -> usize {
        self.content.bytes()
    }
}

/// A role in OpenAI's words.
pub(super) fn word(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::Developer => "developer",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

fn role_of(word: &str) -> Option<Role> {
    Some(match word {
        "system" => Role::System,
        "developer" => Role::Developer,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        _ => return None,
    })
}
