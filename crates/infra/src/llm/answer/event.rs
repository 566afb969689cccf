//! Events of a stream, and bodies of lines.

use super::ends::{broken, ended};
use super::{Outcome, ProviderAnswer};
use crate::llm::events::CUT;
use crate::llm::failure;
use serde_json::value::RawValue;
use sse_stream::Sse;

/// The end of an OpenAI stream.
const DONE: &str = "[DONE]";

/// Data that servers send in place of a chunk to keep the connection alive.
const SIGNS_OF_LIFE: [&str; 5] = ["{}", "[]", "null", "ping", "keepalive"];

/// The names of events that only show that the server is alive, with any data.
const ALIVE: [&str; 5] = ["ping", "heartbeat", "keepalive", "keep-alive", "keep_alive"];

fn is_alive(name: &str) -> bool {
    ALIVE.iter().any(|alive| name.eq_ignore_ascii_case(alive))
}

/// Whether the data is a chunk or an error, under any name of the event.
fn says_more(data: &str) -> bool {
    ["\"choices\"", "\"error\""]
        .iter()
        .any(|name| data.contains(name))
}

impl ProviderAnswer {
    /// Processes the next event; `false` where no more will come.
    pub(super) fn event(
        &mut self,
        next: Option<std::result::Result<Sse, sse_stream::Error>>,
    ) -> Outcome<bool> {
        let event = match next {
            None if self.reply.is_finished() => return Ok(false),
            Some(Err(_)) if self.reply.has_ended() => return Ok(false),
            None => return Err(ended(self.begun)),
            Some(Err(error)) => return Err(broken(&error)),
            Some(Ok(event)) => event,
        };
        let Some(data) = event.data.filter(|data| !data.trim().is_empty()) else {
            return Ok(true);
        };
        let name = event.event.as_deref();
        if name.is_some_and(is_alive) && !says_more(&data) {
            return Ok(true);
        }
        let data_is = |known: &str| data.trim().trim_matches('"').eq_ignore_ascii_case(known);
        if SIGNS_OF_LIFE.iter().any(|sign| data_is(sign)) {
            return Ok(true);
        }
        if data_is(DONE) {
            return match self.begun {
                true => Ok(false),
                false => Err(ended(false)),
            };
        }
        let read = match name {
            Some("error") => Err(failure::of_event(&data, self.key.as_ref())),
            _ => self.values(&data, name == Some(CUT)),
        };
        match read {
            // The reply is complete: a later error does not change that.
            Err(_) if self.reply.is_over() => Ok(false),
            read => read,
        }
    }

    /// Reads a completion or a chunk, or several of them in a row: some servers write lines of
    /// JSON, or one completion and then the end of a stream. Returns whether more may come.
    pub(super) fn values(&mut self, text: &str, is_cut: bool) -> Outcome<bool> {
        let mut rest = text.trim_start_matches('\u{feff}').trim();
        while !rest.is_empty() {
            let line = rest.strip_prefix("data:").unwrap_or(rest).trim_start();
            if line.starts_with(DONE) {
                return Ok(false);
            }
            let mut values = serde_json::Deserializer::from_str(line).into_iter::<Box<RawValue>>();
            let value = match values.next() {
                Some(Ok(value)) => value,
                Some(Err(error)) if is_cut && error.is_eof() => return Err(ended(true)),
                _ => return Err(self.rubbish(text)),
            };
            rest = line
                .get(values.byte_offset()..)
                .unwrap_or_default()
                .trim_start();
            self.value(value)?;
        }
        Ok(true)
    }
}
