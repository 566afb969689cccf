use super::{Content, Role};
use crate::title::Title;

/// How many messages of a person are read for a title.
const LOOKED_AT: usize = 4;

/// The title that a message gives to an untitled conversation: the first meaningful words of a
/// user's message.
pub fn title_from(role: Role, content: &Content) -> Option<Title> {
    match role {
        Role::User => Title::from_text(content.as_str()),
        Role::System | Role::Developer | Role::Assistant | Role::Tool => None,
    }
}

/// The title from the first of several messages that gives one. Looks at a limited number: a
/// hundred long messages without words would keep other requests waiting.
pub fn title_from_first<'a>(
    messages: impl IntoIterator<Item = (Role, &'a Content)>,
) -> Option<Title> {
    let users = messages.into_iter().filter(|(role, _)| *role == Role::User);
    users
        .take(LOOKED_AT)
        .find_map(|(role, content)| title_from(role, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_few_messages_gives_the_title() {
        let content = |text: &str| Content::parse(text.to_owned()).unwrap();
        let (empty, oslo) = (content("\n"), content("Oslo"));
        let title = |before: usize| {
            let others = vec![(Role::User, &empty); before];
            let all = [(Role::System, &oslo)].into_iter().chain(others);
            title_from_first(all.chain([(Role::User, &oslo)])).map(Title::into_string)
        };
        assert_eq!(title(LOOKED_AT - 1).as_deref(), Some("Oslo"));
        assert_eq!(title(LOOKED_AT), None);
    }
}
