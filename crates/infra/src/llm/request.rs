//! The body of `POST /chat/completions`.

use super::messages::messages;
use domain::error::{ProviderFailure, ProviderRefusal, RefusalKind};
use domain::replies::{Ask, ChatRequest, Message};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;

/// A body, and whether its answer is to be streamed.
#[derive(Debug)]
pub(super) struct PreparedRequest {
    pub(super) body: Vec<u8>,
    pub(super) streamed: bool,
}

#[derive(Serialize)]
struct Reply<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    messages: Vec<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    stream: bool,
}

pub(super) fn prepare(
    request: &ChatRequest,
    own_model: Option<&str>,
    strict: bool,
) -> Result<PreparedRequest, ProviderFailure> {
    match &request.ask {
        Ask::Reply {
            model,
            temperature,
            max_tokens,
            max_completion_tokens,
        } => {
            let reply = Reply {
                model: model.as_deref().or(own_model),
                messages: messages(&request.context, &[], strict).map_err(unwritable)?,
                temperature: *temperature,
                max_tokens: *max_tokens,
                max_completion_tokens: *max_completion_tokens,
                stream: true,
            };
            let body = serde_json::to_vec(&reply).map_err(unwritable)?;
            Ok(PreparedRequest {
                body,
                streamed: true,
            })
        }
        Ask::Passed(json) => passed(json, &[], &request.context, own_model, strict),
        Ask::Resumed { body, retold } => passed(body, retold, &request.context, own_model, strict),
    }
}

/// Each field is passed on unchanged, byte by byte.
fn passed(
    json: &str,
    retold: &[usize],
    context: &[Message],
    own_model: Option<&str>,
    strict: bool,
) -> Result<PreparedRequest, ProviderFailure> {
    let unreadable = |_| invalid("messages must be an array.", "messages");
    let mut fields: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(json).map_err(|_| invalid("the body must be an object.", ""))?;
    if !context.is_empty() || strict {
        let sent: Vec<&RawValue> = match fields.get("messages") {
            None => Vec::new(),
            Some(messages) => serde_json::from_str(messages.get()).map_err(unreadable)?,
        };
        let sent = sent.into_iter().enumerate();
        let sent = sent.filter(|(index, _)| retold.binary_search(index).is_err());
        let sent: Vec<_> = sent.map(|(_, message)| message).collect();
        let messages = messages(context, &sent, strict).map_err(unwritable)?;
        let messages = to_raw_value(&messages).map_err(unwritable)?;
        fields.insert("messages".to_owned(), messages);
    }
    if let Some(model) = own_model
        && fields
            .get("model")
            .is_none_or(|model| model.get() == "null")
    {
        let model = to_raw_value(model).map_err(unwritable)?;
        fields.insert("model".to_owned(), model);
    }
    let streamed = fields
        .get("stream")
        .is_some_and(|stream| stream.get() == "true");
    // A body that grows needs twice its size in memory.
    let values = fields
        .iter()
        .map(|(name, value)| name.len() + value.get().len());
    let mut body = Vec::with_capacity(values.map(|bytes| bytes + 8).sum());
    serde_json::to_writer(&mut body, &fields).map_err(unwritable)?;
    Ok(PreparedRequest { body, streamed })
}

/// The request with the system messages at its beginning and only the later half of the other
/// messages. `None` where no half can be left out.
pub(super) fn halved(body: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Said<'a> {
        role: &'a str,
    }
    let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(body).ok()?;
    let messages: Vec<&RawValue> = serde_json::from_str(fields.get("messages")?.get()).ok()?;
    let role = |message: &RawValue| {
        serde_json::from_str::<Said<'_>>(message.get()).map(|said| said.role.to_owned())
    };
    let roles: Vec<_> = messages
        .iter()
        .map(|message| role(message).unwrap_or_default())
        .collect();
    let is_system = |role: &&String| matches!(role.as_str(), "system" | "developer");
    let begin = roles.iter().take_while(is_system).count();
    let middle = begin + (roles.len() - begin) / 2;
    // Servers would refuse an answer without its question, or a tool's result without its call.
    let next = roles.iter().skip(middle).position(|role| role == "user")?;
    let (head, rest) = (messages.get(..begin)?, messages.get(middle + next..)?);
    if head.len() + rest.len() == messages.len() {
        return None;
    }
    let messages = to_raw_value(&[head, rest].concat()).ok()?;
    fields.insert("messages".to_owned(), messages);
    serde_json::to_vec(&fields).ok()
}

fn invalid(message: &str, param: &str) -> ProviderFailure {
    ProviderFailure::Refused(ProviderRefusal {
        kind: RefusalKind::Invalid,
        report: message.into(),
        param: Some(param.to_owned()).filter(|param| !param.is_empty()),
        is_too_long: false,
    })
}

/// The failure for a value that JSON cannot contain, such as a temperature that is not a number.
fn unwritable(error: serde_json::Error) -> ProviderFailure {
    ProviderFailure::lasting(format!("the request cannot be written as JSON ({error})."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::items::Role;

    fn message(role: Role, content: &str) -> Message {
        Message::text(role, content.to_owned())
    }

    fn sent(ask: Ask, context: Vec<Message>) -> (String, bool) {
        let prepared = prepare(&ChatRequest { context, ask }, Some("own"), false).unwrap();
        (String::from_utf8(prepared.body).unwrap(), prepared.streamed)
    }

    #[test]
    fn roles_are_those_that_every_server_knows() {
        let context = vec![
            message(Role::System, "s"),
            message(Role::Developer, "d"),
            message(Role::User, "u"),
            message(Role::Assistant, "a"),
            message(Role::Tool, "t"),
        ];
        let ask = Ask::Reply {
            model: None,
            temperature: None,
            max_tokens: None,
            max_completion_tokens: None,
        };
        let expected = r#"{"model":"own","messages":[{"role":"system","content":"s\n\nd"},{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"user","content":"Result of a tool:\nt"}],"stream":true}"#;
        assert_eq!(sent(ask, context), (expected.to_owned(), true));
    }

    #[test]
    fn what_is_passed_keeps_each_field_to_the_byte() {
        let body = r#"{"seed":18446744073709551617,"messages":[{"role":"user","content":"é"}],"stream":false,"x":{"b":1,"a":1.0}}"#;
        let expected = r#"{"messages":[{"role":"user","content":"é"}],"model":"own","seed":18446744073709551617,"stream":false,"x":{"b":1,"a":1.0}}"#;
        let ask = Ask::Passed(body.to_owned());
        assert_eq!(sent(ask, Vec::new()), (expected.to_owned(), false));
    }

    #[test]
    fn the_context_precedes_the_messages_that_are_passed() {
        let ask = Ask::Passed(r#"{"model":"m","messages":[{"role":"user"}],"stream":true}"#.into());
        let expected = r#"{"messages":[{"role":"user","content":"before"},{"role":"user"}],"model":"m","stream":true}"#;
        let context = vec![message(Role::User, "before")];
        assert_eq!(sent(ask, context), (expected.to_owned(), true));
    }

    #[test]
    fn half_a_context_begins_with_a_question() {
        let message = |role: &str| format!(r#"{{"role":"{role}","content":[1.0]}}"#);
        let body = |roles: &str| {
            let messages: Vec<_> = roles.split(' ').map(message).collect();
            format!(r#"{{"messages":[{}],"x":1.0}}"#, messages.join(","))
        };
        for (roles, half) in [
            (
                "system user assistant user assistant user",
                Some("system user assistant user"),
            ),
            ("user assistant user", Some("user")),
            ("system user assistant tool user", Some("system user")),
            ("user user", Some("user")),
            ("system user", None),
            ("user", None),
            ("system user assistant", None),
        ] {
            let found = halved(body(roles).as_bytes());
            let found = found.map(|found| String::from_utf8(found).unwrap());
            assert_eq!(found, half.map(body), "{roles}");
        }
        assert!(halved(b"[]").is_none());
    }

    #[test]
    fn what_cannot_be_passed_is_refused() {
        for body in ["[]", r#"{"messages":3}"#] {
            let request = ChatRequest {
                context: vec![message(Role::User, "before")],
                ask: Ask::Passed(body.to_owned()),
            };
            let refused = prepare(&request, None, false).unwrap_err();
            assert!(matches!(refused, ProviderFailure::Refused(_)), "{body}");
        }
    }
}
