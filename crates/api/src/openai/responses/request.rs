//! Reads a request for a response.

use super::continued::continued;
use super::mistakes::refused;
use super::options::{numbers, texts};
use super::{input, objects, settings, tools};
use crate::chat::Fields;
use crate::error::{ApiError, code};
use crate::extract::{MESSAGES, WireBody};
use crate::openai::query::included;
use crate::repeats::RepeatAnswer;
use domain::admission::BodyMemory;
use domain::items::{elements, text};
use domain::responses::{CreateResponse, Truncation};
use serde::{Deserialize, Deserializer};

/// A request with all its fields.
pub(crate) struct CreateResponseBody(Fields);

impl<'de> Deserialize<'de> for CreateResponseBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::deserialize(deserializer).map(Self)
    }
}

impl CreateResponseBody {
    /// The size of all fields in bytes.
    pub(super) fn length(&self) -> usize {
        self.0
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum()
    }
}

impl WireBody for CreateResponseBody {
    const LIMIT: usize = MESSAGES;

    /// A response that is not stored is not recorded for repeats.
    fn again(&self) -> RepeatAnswer {
        let is = |name, value| self.0.given(name) == Some(value);
        if is("store", "false") {
            RepeatAnswer::NotRecorded
        } else if is("stream", "true") {
            RepeatAnswer::Stream
        } else {
            RepeatAnswer::Whole
        }
    }
}

/// The fields of a request.
const FIELDS: [&str; 28] = [
    "background",
    "conversation",
    "frequency_penalty",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_p",
    "truncation",
    "user",
];

/// Fields of OpenAI's that this server cannot honour.
const UNSUPPORTED: [&str; 9] = [
    "access_programs",
    "background_options",
    "context_management",
    "image",
    "moderation",
    "multi_agent",
    "prompt",
    "prompt_cache_options",
    "top_logprobs",
];

impl TryFrom<CreateResponseBody> for CreateResponse {
    type Error = ApiError;

    fn try_from(CreateResponseBody(fields): CreateResponseBody) -> Result<Self, ApiError> {
        check_names(&fields)?;
        let is_stored = flag(&fields, "store")?.unwrap_or(true);
        let is_background = flag(&fields, "background")?.unwrap_or_default();
        let is_streamed = flag(&fields, "stream")?.unwrap_or_default();
        flag(&fields, "parallel_tool_calls")?;
        let continued = continued(&fields, is_stored)?;
        if is_background && !is_stored {
            let rule = "must be true with background: true, since the response is got later.";
            return Err(refused(code::INVALID_VALUE, "store", rule));
        }
        settings::check(&fields)?;
        objects::check(&fields)?;
        include(&fields)?;
        let tools = tools::read(&fields)?;
        let settings = settings::of(&fields, &tools.shown);
        let mut options = tools.options;
        numbers(&fields, &mut options)?;
        texts(&fields, &mut options)?;
        let input = input::read(fields.given("input"))?;
        Ok(Self {
            is_stored,
            is_background,
            is_streamed,
            continued,
            input,
            instructions: string(&fields, "instructions", 1_000_000)?,
            truncation: truncation(&fields)?,
            model: string(&fields, "model", 256)?,
            settings,
            options,
            memory: BodyMemory::default(),
        })
    }
}

fn check_names(fields: &Fields) -> Result<(), ApiError> {
    for (name, value) in fields.iter() {
        if UNSUPPORTED.contains(&name) {
            if matches!(value, "null" | "0") {
                continue;
            }
            let rule = "is not supported here: leave it out.";
            return Err(refused(code::UNSUPPORTED, name, rule));
        }
        if !FIELDS.contains(&name) {
            let param = format!("{name:.200}");
            return Err(refused(
                code::UNKNOWN_FIELD,
                &param,
                "is not a field of a response.",
            ));
        }
        if crate::chat::has_nul(name, value)? {
            let rule = "contains the NUL character (U+0000).";
            return Err(refused(code::NUL_CHARACTER, name, rule));
        }
        if name != "input" {
            objects::without_twins(name, value)?;
        }
    }
    Ok(())
}

fn flag(fields: &Fields, name: &str) -> Result<Option<bool>, ApiError> {
    match fields.given(name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(refused(code::INVALID_TYPE, name, "must be true or false.")),
    }
}

fn string(fields: &Fields, name: &str, most: usize) -> Result<Option<String>, ApiError> {
    let Some(value) = fields.given(name) else {
        return Ok(None);
    };
    let value = text(value);
    let value = value.ok_or_else(|| refused(code::INVALID_TYPE, name, "must be a string."))?;
    if value.chars().count() > most {
        let rule = format!("must have at most {most} characters.");
        return Err(refused(code::INVALID_VALUE, name, &rule));
    }
    Ok(Some(value).filter(|value| !value.is_empty()))
}

fn truncation(fields: &Fields) -> Result<Truncation, ApiError> {
    match string(fields, "truncation", 64)?.as_deref() {
        None | Some("disabled") => Ok(Truncation::Disabled),
        Some("auto") => Ok(Truncation::Auto),
        Some(_) => {
            let rule = "must be `auto` or `disabled`.";
            Err(refused(code::INVALID_VALUE, "truncation", rule))
        }
    }
}

fn include(fields: &Fields) -> Result<(), ApiError> {
    let Some(value) = fields.given("include") else {
        return Ok(());
    };
    let names = elements(value);
    let must = || refused(code::INVALID_TYPE, "include", "must be a list of strings.");
    for name in names.ok_or_else(must)? {
        let name = text(name).ok_or_else(must)?;
        if name == "message.output_text.logprobs" {
            let rule = "cannot have `message.output_text.logprobs` here.";
            return Err(refused(code::UNSUPPORTED, "include", rule));
        }
        included(&name)?;
    }
    Ok(())
}
