//! Roles and plain texts in OpenAI's spelling.

use domain::items::{Role, quoted};

const ROLES: [(Role, &str); 5] = [
    (Role::System, "system"),
    (Role::Developer, "developer"),
    (Role::User, "user"),
    (Role::Assistant, "assistant"),
    (Role::Tool, "tool"),
];

/// The role of this name.
pub(super) fn role(word: &str) -> Option<Role> {
    let known = ROLES.iter().find(|(_, known)| *known == word);
    known.map(|(role, _)| *role)
}

/// The name of a role.
pub(super) fn word(role: Role) -> &'static str {
    let known = ROLES.iter().find(|(known, _)| *known == role);
    known.map_or("user", |(_, word)| word)
}

/// A text as a part.
pub(super) fn part(role: Role, said: &str) -> String {
    let said = quoted(said);
    match role {
        Role::Assistant => format!(r#"{{"type":"output_text","text":{said},"annotations":[]}}"#),
        _ => format!(r#"{{"type":"input_text","text":{said}}}"#),
    }
}
