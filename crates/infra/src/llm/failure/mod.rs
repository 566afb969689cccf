//! Classifies a provider's failures. Its text is passed on; its headers and our key are not.

mod details;
mod duration;
mod pause;
mod signs;
mod too_long;
mod words;

use super::settings::ProviderKey;
use details::{FailureDetails, details};
use domain::error::{ProviderFailure, ProviderRefusal, RefusalKind, Report};
use pause::pause;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use serde_json::Value;

/// How much of a provider's text is passed on, in characters.
const TEXT: usize = 1_000;

/// How much of an unreadable answer is quoted, in characters.
const BEGINNING: usize = 200;

/// OpenAI's code for a request from an unsupported region.
const COUNTRY: &[u8] = b"unsupported_country_region_territory";

/// The failure for an error answer of the provider.
pub(super) fn of_status(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    key: Option<&ProviderKey>,
) -> ProviderFailure {
    if status == StatusCode::FORBIDDEN && body.windows(COUNTRY.len()).any(|part| part == COUNTRY) {
        return ProviderFailure::lasting(
            "it answered 403: it does not serve the country or region of this server.",
        );
    }
    let encoding = headers.get(CONTENT_ENCODING);
    let mut details = details(body, encoding.and_then(|encoding| encoding.to_str().ok()));
    if status == StatusCode::NOT_FOUND && details.blames_the_address() {
        return no_such_address(details.text, key);
    }
    let happened = format!("it answered {}.", status.as_u16());
    let report = Report::from(happened).quoting(presentable(details.text.take(), key, TEXT));
    let retry_after = pause(headers, details.delay);
    meaning(status, retry_after, report, details)
}

/// The address does not exist at all. This does not mean the model.
fn no_such_address(text: Option<String>, key: Option<&ProviderKey>) -> ProviderFailure {
    let why = "it has no such address, so LLM_BASE_URL may be wrong.";
    let quote = presentable(text, key, BEGINNING);
    let quote = quote.map(|text| format!("it answered 404 ({text}): {why}"));
    ProviderFailure::lasting(Report::from(format!("it answered 404: {why}")).quoting(quote))
}

/// The meaning of a status. An error under 200 may contain a status as its code.
fn meaning(
    status: StatusCode,
    retry_after: u64,
    report: Report,
    details: FailureDetails,
) -> ProviderFailure {
    let refused = |kind, report| {
        ProviderFailure::Refused(ProviderRefusal {
            kind,
            report,
            param: details.param,
            is_too_long: details.is_too_long,
        })
    };
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            refused(RefusalKind::Invalid, report)
        }
        StatusCode::NOT_FOUND => refused(RefusalKind::NotFound, report),
        StatusCode::PAYLOAD_TOO_LARGE => refused(RefusalKind::TooLarge, report),
        StatusCode::TOO_MANY_REQUESTS => ProviderFailure::RateLimited {
            retry_after,
            report,
        },
        // Such texts often quote the key, or parts of it that we could not hide.
        StatusCode::UNAUTHORIZED => ProviderFailure::lasting(
            "it answered 401: it does not accept this server's LLM_API_KEY.",
        ),
        // Filters of content also answer with this status.
        StatusCode::FORBIDDEN => ProviderFailure::lasting(
            "it answered 403: it refuses this request, or this server's LLM_API_KEY.",
        ),
        StatusCode::GATEWAY_TIMEOUT => ProviderFailure::TimedOut,
        // These failures are temporary.
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => ProviderFailure::failed(report),
        status if status.is_server_error() => ProviderFailure::failed(report),
        _ => ProviderFailure::lasting(report),
    }
}

/// Whether the provider refuses a context because it is too long.
pub(super) fn is_too_long(failure: &ProviderFailure) -> bool {
    matches!(failure, ProviderFailure::Refused(refusal) if refusal.is_too_long)
}

/// The failure in JSON that came with status 200, in place of a completion or chunk; `None` where
/// the JSON does not look like a failure.
pub(super) fn within(json: &str, key: Option<&ProviderKey>) -> Option<ProviderFailure> {
    let value: Value = serde_json::from_str(json).ok()?;
    signs::is_failure(&value).then(|| failure_within(&value, key))
}

/// The failure in an event whose name says that it is an error.
pub(super) fn of_event(data: &str, key: Option<&ProviderKey>) -> ProviderFailure {
    match serde_json::from_str(data) {
        Ok(value) => failure_within(&value, key),
        Err(_) => {
            let quote = presentable(Some(data.to_owned()), key, TEXT);
            ProviderFailure::failed(Report::from(MIDWAY).quoting(quote))
        }
    }
}

const MIDWAY: &str = "it gave up midway.";

fn failure_within(value: &Value, key: Option<&ProviderKey>) -> ProviderFailure {
    let mut details = FailureDetails::by(value);
    let report = Report::from(MIDWAY).quoting(presentable(details.text.take(), key, TEXT));
    // Some servers use a code for it that is not an HTTP status.
    let too_long = details.is_too_long.then_some(StatusCode::BAD_REQUEST);
    match signs::status(value).or(too_long) {
        Some(status) => {
            let retry_after = pause(&HeaderMap::new(), details.delay);
            meaning(status, retry_after, report, details)
        }
        None => ProviderFailure::failed(report),
    }
}

/// The failure for an answer that cannot be read; it quotes the beginning for the client.
pub(super) fn rubbish(answer: &str, key: Option<&ProviderKey>) -> ProviderFailure {
    let happened = "its answer is not one of OpenAI's API.";
    ProviderFailure::failed(beginning(happened, answer, key))
}

/// The failure of an answer without choices, and so without a reply. A retry would cost as much.
pub(super) fn without_choices(answer: &str, key: Option<&ProviderKey>) -> ProviderFailure {
    ProviderFailure::lasting(beginning("its answer has no choices.", answer, key))
}

fn beginning(happened: &str, answer: &str, key: Option<&ProviderKey>) -> Report {
    let begins = presentable(Some(answer.to_owned()), key, BEGINNING);
    let quote = begins.map(|begins| format!("{happened} It begins with: {begins}"));
    Report::from(happened).quoting(quote)
}

fn presentable(text: Option<String>, key: Option<&ProviderKey>, most: usize) -> Option<String> {
    let text = text?;
    let text = key.map_or(text.clone(), |key| key.hidden_in(&text));
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(most)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
