//! Items as messages for a model, in the terms of chat completions.

use super::message::{Call, Message, MessageExtra};
use super::shown::shown;
use super::tokens::tokens;
use crate::items::{Content, ItemType, JsonObject, Part, Parts, Role, elements, text};
use crate::visible::can_be_seen;
use std::collections::{HashMap, HashSet, VecDeque};

/// An item in the form for a model.
enum Entry {
    Message(Message),
    Tied(Tied),
    /// A call that has its output itself, as Jan's have.
    Answered(Call, String),
    /// The model does not get it.
    Silent,
}

/// The messages for a model. Each call comes together with its output, right after it. A call
/// without an output, or an output without a call, is left out, also if the other was deleted.
/// Reasoning, which belongs to the item after it, is left out, and so are types that chat
/// completions do not have. `later` has the ids of calls whose outputs follow after all these
/// items: the last message has these calls.
pub fn messages(
    items: impl IntoIterator<Item = (Role, Content)>,
    later: &HashSet<String>,
) -> Vec<Message> {
    let entries = items
        .into_iter()
        .map(|(role, content)| entry(role, content));
    let entries: Vec<_> = entries.collect();
    let mut answers = answers(&entries);
    let mut messages = Vec::with_capacity(entries.len());
    let mut open = Group::default();
    let mut waiting = Group::default();
    for entry in entries {
        match entry {
            Entry::Silent => {}
            Entry::Tied(Tied::Output { .. }) => open.is_answered = true,
            Entry::Answered(call, output) => open.add(call, output),
            Entry::Tied(Tied::Call(call)) => match answers.take(&call.id) {
                Some(output) => {
                    if open.is_answered {
                        open.end(&mut messages);
                    }
                    open.add(call, output);
                }
                None if later.contains(&call.id) => waiting.calls.push(call),
                None => {}
            },
            Entry::Message(message) => {
                open.end(&mut messages);
                if can_be_seen(&message.content) || message.beside != MessageExtra::Nothing {
                    messages.push(message);
                }
            }
        }
    }
    open.end(&mut messages);
    waiting.end(&mut messages);
    messages
}

/// A call of a tool, or its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tied {
    Call(Call),
    Output { call_id: String, text: String },
}

/// The call or the output that an item is.
pub fn tied(content: &Content) -> Option<Tied> {
    tied_parts(content.parts()?)
}

/// As [`tied`], from the parts.
pub fn tied_parts(parts: &Parts) -> Option<Tied> {
    match parts.kind() {
        kind if *kind == ItemType::FUNCTION_CALL => call(&parts.object()?).map(Tied::Call),
        kind if *kind == ItemType::FUNCTION_CALL_OUTPUT => output(&parts.object()?),
        _ => None,
    }
}

/// The estimated tokens of a picture or a file.
const TOKENS_PER_PICTURE: usize = 1_000;

/// The estimated tokens of an item.
pub fn tokens_of(content: &Content) -> usize {
    let Some(parts) = content.parts() else {
        return tokens(content.as_str());
    };
    if parts.kind().is_message() {
        let parts = parts.each();
        let pictures = parts.iter().map(Part::of);
        let pictures = pictures.filter(|part| matches!(part, Part::Picture(_) | Part::File(_)));
        return tokens(content.as_str()) + TOKENS_PER_PICTURE * pictures.count();
    }
    match tied(content) {
        Some(Tied::Call(call)) => tokens(&call.name) + tokens(&call.arguments),
        Some(Tied::Output { text, .. }) => tokens(&text),
        None => 0,
    }
}

/// Calls that stand together, and their outputs.
#[derive(Default)]
struct Group {
    calls: Vec<Call>,
    outputs: Vec<Message>,
    /// Whether an output came after these calls: the model did not know it when it made them, so
    /// another call belongs to its next message.
    is_answered: bool,
}

impl Group {
    fn add(&mut self, call: Call, output: String) {
        let beside = MessageExtra::Output(call.id.clone());
        self.calls.push(call);
        self.outputs.push(Message {
            role: Role::Tool,
            content: output,
            beside,
        });
    }

    fn end(&mut self, messages: &mut Vec<Message>) {
        self.is_answered = false;
        if self.calls.is_empty() {
            return;
        }
        let calls = MessageExtra::Calls(std::mem::take(&mut self.calls));
        match messages.last_mut() {
            // A model says something and calls in one message.
            Some(last) if last.role == Role::Assistant && last.beside == MessageExtra::Nothing => {
                last.beside = calls;
            }
            _ => messages.push(Message {
                role: Role::Assistant,
                content: String::new(),
                beside: calls,
            }),
        }
        messages.append(&mut self.outputs);
    }
}

/// The outputs of calls, in the order of the calls with the same id.
struct Answers(HashMap<String, VecDeque<Option<String>>>);

impl Answers {
    /// The output of the next call with this id.
    fn take(&mut self, call_id: &str) -> Option<String> {
        self.0.get_mut(call_id)?.pop_front()?
    }
}

/// Finds the output of each call: the first one after it that no earlier call has.
fn answers(entries: &[Entry]) -> Answers {
    let mut found: HashMap<String, VecDeque<Option<String>>> = HashMap::new();
    for entry in entries {
        match entry {
            Entry::Tied(Tied::Call(call)) => {
                found.entry(call.id.clone()).or_default().push_back(None);
            }
            Entry::Tied(Tied::Output { call_id, text }) => {
                let calls = found.get_mut(call_id).into_iter().flatten();
                if let Some(answer) = calls.into_iter().find(|answer| answer.is_none()) {
                    *answer = Some(text.clone());
                }
            }
            Entry::Message(_) | Entry::Answered(..) | Entry::Silent => {}
        }
    }
    Answers(found)
}

fn entry(role: Role, content: Content) -> Entry {
    let Some(parts) = content.parts() else {
        return Entry::Message(Message::text(role, content.into_string()));
    };
    let kind = parts.kind();
    if kind.is_message() {
        let beside = match role {
            Role::User => shown(parts).map_or(MessageExtra::Nothing, MessageExtra::Parts),
            _ => MessageExtra::Nothing,
        };
        let content = content.into_string();
        return Entry::Message(Message {
            role,
            content,
            beside,
        });
    }
    let object = parts.object().unwrap_or_default();
    match (tied_parts(parts), output_text(&object)) {
        (Some(Tied::Call(call)), Some(output)) => Entry::Answered(call, output),
        (tied, _) => tied.map_or(Entry::Silent, Entry::Tied),
    }
}

fn call(object: &JsonObject<'_>) -> Option<Call> {
    Some(Call {
        id: object.text("call_id")?,
        name: object.text("name")?,
        arguments: object.text("arguments")?,
    })
}

fn output(object: &JsonObject<'_>) -> Option<Tied> {
    Some(Tied::Output {
        call_id: object.text("call_id")?,
        text: output_text(object)?,
    })
}

fn output_text(object: &JsonObject<'_>) -> Option<String> {
    let output = object.get("output")?;
    let joined = || {
        let parts = elements(output)?.into_iter().filter_map(JsonObject::parse);
        let texts = parts.filter_map(|part| match Part::of(&part) {
            Part::Text(text) => Some(text),
            Part::Picture(Some(address)) => Some(address.url),
            Part::Picture(None) | Part::File(_) | Part::Other => None,
        });
        Some(texts.collect::<Vec<_>>().join("\n"))
    };
    text(output).or_else(joined)
}

#[cfg(test)]
mod tests {
    use super::super::message::Shown;
    use super::*;

    fn item(kind: &str, parts: &str) -> (Role, Content) {
        let kind = ItemType::parse(kind).unwrap();
        let role = kind.role().unwrap_or(Role::User);
        (role, Content::parse_item(kind, Some(parts), None).unwrap())
    }

    fn call(id: &str) -> (Role, Content) {
        let parts = format!(r#"[{{"call_id":"{id}","name":"f","arguments":"{{}}"}}]"#);
        item("function_call", &parts)
    }

    fn output(id: &str) -> (Role, Content) {
        let parts = format!(r#"[{{"call_id":"{id}","output":"of {id}"}}]"#);
        item("function_call_output", &parts)
    }

    fn says(role: Role, text: &str) -> (Role, Content) {
        (role, Content::parse(text.to_owned()).unwrap())
    }

    fn reasoning() -> (Role, Content) {
        item("reasoning", r#"[{"summary":[]}]"#)
    }

    /// Each message in short: calls in brackets, outputs after an arrow.
    fn short(items: Vec<(Role, Content)>, later: &[&str]) -> String {
        let later = later.iter().map(|id| (*id).to_owned()).collect();
        let messages = messages(items, &later);
        let each = messages.iter().map(|message| match &message.beside {
            MessageExtra::Nothing | MessageExtra::Parts(_) => message.content.clone(),
            MessageExtra::Calls(calls) => {
                let ids: Vec<_> = calls.iter().map(|call| call.id.as_str()).collect();
                format!("{}[{}]", message.content, ids.join(" "))
            }
            MessageExtra::Output(id) => format!(">{id}"),
        });
        each.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn no_call_is_sent_without_its_output_nor_an_output_without_its_call() {
        use Role::{Assistant, User};
        let all = || {
            vec![
                says(User, "u"),
                reasoning(),
                says(Assistant, "a"),
                call("1"),
                reasoning(),
                call("2"),
                output("2"),
                output("1"),
                says(Assistant, "b"),
            ]
        };
        assert_eq!(short(all(), &[]), "u a[1 2] >1 >2 b");
        let expected = [
            "a[1 2] >1 >2 b",
            "u a[1 2] >1 >2 b",
            "u [1 2] >1 >2 b",
            "u a[2] >2 b",
            "u a[1 2] >1 >2 b",
            "u a[1] >1 b",
            "u a[1] >1 b",
            "u a[2] >2 b",
            "u a[1 2] >1 >2",
        ];
        for (without, expected) in expected.into_iter().enumerate() {
            let mut items = all();
            items.remove(without);
            assert_eq!(short(items, &[]), expected, "without {without}");
        }
        for (from, expected) in [(4, "[2] >2 b"), (6, "b"), (7, "b")] {
            assert_eq!(short(all().split_off(from), &[]), expected, "from {from}");
        }
    }

    #[test]
    fn a_call_stands_right_before_its_output() {
        use Role::User;
        let apart = vec![
            call("1"),
            says(User, "u"),
            output("1"),
            output("1"),
            output("2"),
        ];
        assert_eq!(short(apart, &[]), "[1] >1 u");
        assert_eq!(short(vec![output("1"), call("1")], &[]), "");
        let again = vec![
            call("1"),
            output("1"),
            says(User, "u"),
            call("1"),
            output("1"),
        ];
        assert_eq!(short(again, &[]), "[1] >1 u [1] >1");
    }

    #[test]
    fn a_call_after_an_output_belongs_to_the_next_message() {
        let rounds = vec![
            call("1"),
            call("2"),
            output("1"),
            output("2"),
            reasoning(),
            call("3"),
            output("3"),
            call("3"),
            output("3"),
        ];
        assert_eq!(short(rounds, &[]), "[1 2] >1 >2 [3] >3 [3] >3");
    }

    #[test]
    fn calls_that_are_answered_later_come_last() {
        use Role::User;
        let items = || vec![call("1"), call("2"), output("1"), says(User, "u")];
        assert_eq!(short(items(), &["2"]), "[1] >1 u [2]");
        assert_eq!(short(items(), &["3"]), "[1] >1 u");
    }

    #[test]
    fn a_call_may_have_its_output_itself() {
        let parts = r#"[{"call_id":"1","name":"f","arguments":"{}","output":"o"}]"#;
        let own = || item("function_call", parts);
        assert_eq!(short(vec![own()], &[]), "[1] >1");
        assert_eq!(short(vec![own(), output("1")], &[]), "[1] >1");
    }

    #[test]
    fn pictures_and_files_are_sent_with_the_text() {
        let parts = r#"[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:x","detail":"low"},
            {"type":"input_file","file_id":"f","filename":"n"},{"type":"input_file","file_url":"https://x.test"},
            {"type":"image_url","image_url":{"url":"u"}},{"type":"new"}]"#;
        let messages = messages([item("message", parts)], &HashSet::new());
        let MessageExtra::Parts(parts) = &messages[0].beside else {
            panic!("{messages:?}");
        };
        let picture = |url: &str, detail: Option<&str>| Shown::Picture {
            url: url.to_owned(),
            detail: detail.map(str::to_owned),
        };
        let file = Shown::File {
            data: None,
            id: Some("f".to_owned()),
            name: Some("n".to_owned()),
        };
        let link = Shown::Text("https://x.test".to_owned());
        let text = Shown::Text("a".to_owned());
        let expected = [
            text,
            picture("data:x", Some("low")),
            file,
            link,
            picture("u", None),
        ];
        assert_eq!(parts, &expected);
    }
}
