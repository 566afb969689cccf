//! Prepares the messages for the model: one system message, and, for chat templates that require
//! it, alternating those of user and assistant.

use super::beside;
use domain::items::Role;
use domain::replies::Message;
use domain::visible::can_be_seen;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The text before the result of a tool.
const TOOL: &str = "Result of a tool:\n";

/// The text before messages of the model that precede the first user message.
const GREETING: &str = "You began the conversation with these words:\n";

/// The separator between texts that are joined.
const BETWEEN: &str = "\n\n";

const SYSTEM: &str = "system";
const ASSISTANT: &str = "assistant";

/// A message, with one of the three roles that every server knows.
struct Line<'a> {
    role: Cow<'a, str>,
    /// `None`: the message contains more than text, and stays unchanged.
    text: Option<Cow<'a, str>>,
    /// The message as the client sent it, or in the form for the model.
    raw: Option<Cow<'a, RawValue>>,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: &'a str,
    content: &'a str,
}

impl<'a> From<&'a Message> for Line<'a> {
    /// `developer` is OpenAI's newer word for `system`. A tool's result is only accepted together
    /// with the call that it answers, which is not stored here. So it is sent with an explaining
    /// text, and not as `system`, since the model must not obey it.
    fn from(message: &'a Message) -> Self {
        if let Some(raw) = beside::written(message) {
            return Self {
                role: Cow::Borrowed(""),
                text: None,
                raw: Some(Cow::Owned(raw)),
            };
        }
        let content = Cow::Borrowed(message.content.as_str());
        let (role, text) = match message.role {
            Role::System | Role::Developer => (SYSTEM, content),
            Role::User => ("user", content),
            Role::Assistant => (ASSISTANT, content),
            Role::Tool => ("user", Cow::Owned(format!("{TOOL}{content}"))),
        };
        Self {
            role: role.into(),
            text: Some(text),
            raw: None,
        }
    }
}

/// A client's message with text only.
struct Plain {
    role: String,
    content: Content,
}

impl Plain {
    /// Empty fields are allowed: SDKs send a reply back with all its possible fields.
    fn parse(raw: &RawValue) -> Option<Self> {
        let mut fields: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get()).ok()?;
        let role = serde_json::from_str(fields.remove("role")?.get()).ok()?;
        let content = serde_json::from_str(fields.remove("content")?.get()).ok()?;
        let says_nothing = |value: &&RawValue| {
            value.get() == "null" || serde_json::from_str::<[(); 0]>(value.get()).is_ok()
        };
        fields
            .values()
            .all(says_nothing)
            .then_some(Self { role, content })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: String,
}

impl<'a> Line<'a> {
    fn sent(raw: &'a RawValue) -> Self {
        let Some(Plain { role, content }) = Plain::parse(raw) else {
            return Self {
                role: Cow::Borrowed(""),
                text: None,
                raw: Some(Cow::Borrowed(raw)),
            };
        };
        let text = match content {
            Content::Text(text) => Some(text),
            Content::Parts(parts) if parts.iter().any(|part| part.kind != "text") => None,
            Content::Parts(parts) => {
                let texts: Vec<_> = parts.into_iter().map(|part| part.text).collect();
                Some(texts.join("\n"))
            }
        };
        Self {
            role: role.into(),
            text: text.map(Cow::Owned),
            raw: Some(Cow::Borrowed(raw)),
        }
    }

    fn is_system(&self) -> bool {
        matches!(&*self.role, SYSTEM | "developer") && self.text.is_some()
    }

    fn is_blank(&self) -> bool {
        self.text.as_deref().is_some_and(|text| !can_be_seen(text))
    }

    /// Appends another text to this one.
    fn append(&mut self, text: &str) {
        let own = self.text.take().unwrap_or_default();
        self.text = Some(Cow::Owned(format!("{own}{BETWEEN}{text}")));
        self.raw = None;
    }

    fn written(&self) -> serde_json::Result<Box<RawValue>> {
        match &self.raw {
            Some(raw) => Ok(raw.clone().into_owned()),
            None => to_raw_value(&WireMessage {
                role: &self.role,
                content: self.text.as_deref().unwrap_or_default(),
            }),
        }
    }
}

/// The messages of a request: the context, and the client's messages. Unchanged messages are passed
/// on byte by byte.
pub(super) fn messages(
    context: &[Message],
    sent: &[&RawValue],
    strict: bool,
) -> serde_json::Result<Vec<Box<RawValue>>> {
    let mut system: Vec<Line<'_>> = Vec::new();
    let mut rest: Vec<Line<'_>> = Vec::new();
    // System messages at the beginning, of the context or of the client's messages, become one.
    let mut is_beginning = true;
    let own = context.iter().map(|message| (Line::from(message), true));
    let last = sent.len().saturating_sub(1);
    let sent = sent.iter().enumerate();
    let sent = sent.map(|(index, raw)| (Line::sent(raw), index < last));
    for (index, (line, may_go)) in own.chain(sent).enumerate() {
        is_beginning |= index == context.len();
        if may_go && line.is_blank() {
            continue;
        }
        if !line.is_system() {
            is_beginning = false;
            rest.push(line);
        } else if system.iter().any(|known| known.text == line.text) {
            // SDKs send the same instruction with each turn.
        } else if is_beginning || strict {
            system.push(line);
        } else {
            rest.push(line);
        }
    }
    if strict {
        greet(&mut system, &mut rest);
        rest = alternating(rest);
    }
    let mut all = Vec::with_capacity(rest.len() + 1);
    all.extend(one(system));
    all.extend(rest);
    all.iter().map(Line::written).collect()
}

/// Joins all texts into one message.
fn one(system: Vec<Line<'_>>) -> Option<Line<'_>> {
    let mut system = system.into_iter();
    let mut all = system.next()?;
    for line in system {
        all.append(line.text.as_deref().unwrap_or_default());
        all.role = SYSTEM.into();
    }
    Some(all)
}

/// Moves assistant messages before the first other message into the system message.
fn greet<'a>(system: &mut Vec<Line<'a>>, rest: &mut Vec<Line<'a>>) {
    let is_greeting = |line: &Line<'_>| line.role == ASSISTANT && line.text.is_some();
    let greetings = rest.iter().take_while(|line| is_greeting(line)).count();
    if greetings == rest.len() {
        return;
    }
    for mut line in rest.drain(..greetings) {
        let text = line.text.take().unwrap_or_default();
        line.text = Some(Cow::Owned(format!("{GREETING}{text}")));
        line.raw = None;
        line.role = SYSTEM.into();
        system.push(line);
    }
}

/// Joins neighbouring messages of the same role.
fn alternating(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut lines_in_turn: Vec<Line<'_>> = Vec::with_capacity(lines.len());
    for line in lines {
        match (lines_in_turn.last_mut(), &line.text) {
            (Some(before), Some(text)) if before.role == line.role && before.text.is_some() => {
                before.append(text);
            }
            _ => lines_in_turn.push(line),
        }
    }
    lines_in_turn
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Assistant, Developer, System, Tool, User};

    fn all(context: &[(Role, &str)], sent: &[&str], strict: bool) -> Vec<String> {
        let context: Vec<_> = context
            .iter()
            .map(|(role, content)| Message::text(*role, (*content).to_owned()))
            .collect();
        let sent: Vec<&RawValue> = sent
            .iter()
            .map(|raw| serde_json::from_str(raw).unwrap())
            .collect();
        let messages = messages(&context, &sent, strict).unwrap();
        messages
            .iter()
            .map(|message| message.get().to_owned())
            .collect()
    }

    fn line(role: &str, content: &str) -> String {
        format!(r#"{{"role":"{role}","content":"{content}"}}"#)
    }

    #[test]
    fn system_messages_at_the_beginning_become_one() {
        let context = [
            (System, "project"),
            (Developer, "own"),
            (User, "u"),
            (System, "later"),
            (Assistant, "a"),
        ];
        let sent = [
            r#"{"content":"now","role":"system"}"#,
            r#"{"content":"u2","role":"user"}"#,
        ];
        let expected = [
            line("system", r"project\n\nown\n\nnow"),
            line("user", "u"),
            line("system", "later"),
            line("assistant", "a"),
            sent[1].to_owned(),
        ];
        assert_eq!(all(&context, &sent, false), expected);
        let strict = [
            line("system", r"project\n\nown\n\nlater\n\nnow"),
            line("user", "u"),
            line("assistant", "a"),
            sent[1].to_owned(),
        ];
        assert_eq!(all(&context, &sent, true), strict);
    }

    #[test]
    fn an_instruction_that_comes_with_each_turn_is_sent_once() {
        let context = [
            (System, "be brief"),
            (User, "u"),
            (Assistant, "a"),
            (System, "be brief"),
            (User, "u"),
        ];
        let sent = [line("system", "be brief"), line("user", "v")];
        let sent: Vec<_> = sent.iter().map(String::as_str).collect();
        let expected = [
            line("system", "be brief"),
            line("user", "u"),
            line("assistant", "a"),
            line("user", "u"),
            line("user", "v"),
        ];
        assert_eq!(all(&context, &sent, false), expected);
    }

    #[test]
    fn blank_messages_are_left_out() {
        let context = [
            (System, " "),
            (User, "u"),
            (Assistant, "\n"),
            (Assistant, "\u{200b}"),
            (User, "v"),
        ];
        let sent = [line("user", " "), line("user", " ")];
        let sent: Vec<_> = sent.iter().map(String::as_str).collect();
        // The request must contain a question.
        let expected = [line("user", "u"), line("user", "v"), line("user", " ")];
        assert_eq!(all(&context, &sent, false), expected);
    }

    #[test]
    fn strict_templates_get_alternating_roles() {
        let context = [
            (Assistant, "Hi!"),
            (Assistant, "Well?"),
            (User, "a"),
            (Tool, "b"),
            (Assistant, "c"),
            (Assistant, "d"),
            (User, "e"),
        ];
        let sent = [line("user", "f")];
        let expected = [
            line(
                "system",
                r"You began the conversation with these words:\nHi!\n\nYou began the conversation with these words:\nWell?",
            ),
            line("user", r"a\n\nResult of a tool:\nb"),
            line("assistant", r"c\n\nd"),
            line("user", r"e\n\nf"),
        ];
        assert_eq!(all(&context, &[&sent[0]], true), expected);
        let untouched = all(&context, &[&sent[0]], false);
        assert_eq!(untouched.len(), 8);
        // The request contains no other message to answer.
        assert_eq!(
            all(&[(Assistant, "Hi!")], &[], true),
            [line("assistant", "Hi!")]
        );
    }

    #[test]
    fn what_is_more_than_text_stays_to_the_byte_and_is_merged_with_nothing() {
        let picture = r#"{"role":"user","content":[{"type":"image_url","image_url":{}}]}"#;
        let named = r#"{"role":"user","name":"al","content":"x"}"#;
        let texts =
            r#"{ "role":"user","content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}"#;
        for strict in [false, true] {
            assert_eq!(
                all(&[(User, "u")], &[picture, named], strict),
                [&line("user", "u"), picture, named]
            );
        }
        assert_eq!(all(&[(User, "u")], &[texts], false)[1], texts);
        // Empty fields do not count as more than text.
        let null = r#"{"role":"user","content":"x","name":null,"tool_calls":[],"refusal":null}"#;
        assert_eq!(all(&[(User, "u")], &[null], false)[1], null);
        assert_eq!(
            all(&[(User, "u")], &[null], true),
            [line("user", r"u\n\nx")]
        );
        assert_eq!(
            all(&[(User, "u")], &[texts], true),
            [line("user", r"u\n\nx\ny")]
        );
    }
}
