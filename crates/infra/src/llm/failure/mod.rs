//! Classifies a provider's failures. Its text is passed on; its headers and our key are not.

mod pause;
mod words;

use super::settings::ApiKey;
use domain::replies::{ProviderFailure, Refusal, RefusalKind, Report};
use pause::pause;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// How much of a provider's text is passed on, in characters.
const TEXT: usize = 1_000;

/// How much of an unreadable answer is quoted, in characters.
const BEGINNING: usize = 200;

/// OpenAI's code for a request from an unsupported region.
const PLACE: &[u8] = b"unsupported_country_region_territory";

/// The failure for an error answer of the provider.
pub(super) fn of_status(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    key: Option<&ApiKey>,
) -> ProviderFailure {
    let Told { text, param, delay } = told(body);
    if status == StatusCode::FORBIDDEN && body.windows(PLACE.len()).any(|part| part == PLACE) {
        return ProviderFailure::lasting(
            "it answered 403: it does not serve the country or region of this server.",
        );
    }
    let happened = format!("it answered {}.", status.as_u16());
    let report = Report::from(happened).quoting(presentable(text, key, TEXT));
    meaning(status, pause(headers, delay), report, param)
}

/// The meaning of a status. An error under 200 may contain a status as its code.
fn meaning(
    status: StatusCode,
    retry_after: u64,
    report: Report,
    param: Option<String>,
) -> ProviderFailure {
    let refused = |kind, report| {
        ProviderFailure::Refused(Refusal {
            kind,
            report,
            param,
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
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ProviderFailure::lasting(format!(
            "it answered {}: it does not accept this server's LLM_API_KEY.",
            status.as_u16(),
        )),
        StatusCode::GATEWAY_TIMEOUT => ProviderFailure::TimedOut,
        // These failures are temporary.
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => ProviderFailure::failed(report),
        status if status.is_server_error() => ProviderFailure::failed(report),
        _ => ProviderFailure::lasting(report),
    }
}

/// Words by which providers say that the context is too long.
const TOO_LONG: [&str; 12] = [
    "context too long",
    "context is too long",
    "context length",
    "context_length",
    "context window",
    "context size",
    "context limit",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "maximum number of tokens",
    "exceeds the maximum number of input tokens",
];

/// Whether the provider refuses a context because it is too long.
pub(super) fn is_too_long(failure: &ProviderFailure) -> bool {
    let ProviderFailure::Refused(refusal) = failure else {
        return false;
    };
    let words = refusal.report.to_string().to_lowercase();
    refusal.kind == RefusalKind::Invalid && TOO_LONG.iter().any(|said| words.contains(said))
}

/// The failure in JSON that came with status 200, in place of a completion or chunk; `None` where
/// the JSON does not look like a failure.
pub(super) fn within(json: &str, key: Option<&ApiKey>) -> Option<ProviderFailure> {
    let value: Value = serde_json::from_str(json).ok()?;
    words::is_failure(&value).then(|| told_within(&value, key))
}

/// The failure in an event whose name says that it is an error.
pub(super) fn of_event(data: &str, key: Option<&ApiKey>) -> ProviderFailure {
    match serde_json::from_str(data) {
        Ok(value) => told_within(&value, key),
        Err(_) => {
            let quote = presentable(Some(data.to_owned()), key, TEXT);
            ProviderFailure::failed(Report::from(MIDWAY).quoting(quote))
        }
    }
}

const MIDWAY: &str = "it gave up midway.";

fn told_within(value: &Value, key: Option<&ApiKey>) -> ProviderFailure {
    let quote = presentable(words::words(value), key, TEXT);
    let report = Report::from(MIDWAY).quoting(quote);
    match words::status(value) {
        Some(status) => meaning(status, ProviderFailure::PAUSE, report, words::param(value)),
        None => ProviderFailure::failed(report),
    }
}

/// The failure for an answer that cannot be read; it quotes the beginning for the client.
pub(super) fn rubbish(answer: &str, key: Option<&ApiKey>) -> ProviderFailure {
    let happened = "its answer is not one of OpenAI's API.";
    let begins = presentable(Some(answer.to_owned()), key, BEGINNING);
    let quote = begins.map(|begins| format!("{happened} It begins with: {begins}"));
    ProviderFailure::failed(Report::from(happened).quoting(quote))
}

/// The provider's information about a failure.
#[derive(Default)]
struct Told {
    text: Option<String>,
    /// The field that the provider blames.
    param: Option<String>,
    /// Seconds to wait.
    delay: Option<f64>,
}

impl Told {
    fn by(value: &Value) -> Self {
        Self {
            text: words::words(value),
            param: words::param(value),
            delay: words::delay(value),
        }
    }
}

fn told(body: &[u8]) -> Told {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if let Ok(body) = serde_json::from_slice::<Value>(body) {
        return Told::by(&body);
    }
    // A cut-off text can end within a character.
    let text = String::from_utf8_lossy(body);
    let text = text.trim().trim_end_matches(char::REPLACEMENT_CHARACTER);
    // Some servers write events, or lines of JSON.
    let lines = text
        .lines()
        .map(|line| line.strip_prefix("data:").unwrap_or(line));
    let mut values = lines.filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok());
    if let Some(told) = values.find_map(|value| {
        let told = Told::by(&value);
        told.text.is_some().then_some(told)
    }) {
        return told;
    }
    let text = text.strip_prefix("data:").unwrap_or(text).trim();
    // An HTML page is of no use to the client.
    let text = Some(text).filter(|text| !text.starts_with('<'));
    Told {
        text: text.map(str::to_owned),
        ..Told::default()
    }
}

fn presentable(text: Option<String>, key: Option<&ApiKey>, most: usize) -> Option<String> {
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
mod tests {
    use super::*;

    fn message(status: u16, body: &str) -> String {
        let key = ApiKey::parse("sk-secret");
        let status = StatusCode::from_u16(status).unwrap();
        of_status(status, &HeaderMap::new(), body.as_bytes(), key.as_ref()).to_string()
    }

    #[test]
    fn the_text_of_each_kind_of_server_is_passed_on() {
        for body in [
            r#"{"error":{"message":"no such thing","type":"x","param":null,"code":3}}"#,
            r#"{"error":"no such thing"}"#,
            r#"{"object":"error","message":"no such thing"}"#,
            r#"{"detail":"no such thing"}"#,
            "no such thing\n",
        ] {
            let message = message(500, body);
            assert_eq!(message, "The model provider failed: no such thing");
        }
    }

    #[test]
    fn what_says_nothing_is_told_by_its_status() {
        for body in ["", "<html>no</html>", "{}", r#"{"error":{}}"#, "[1]"] {
            let message = message(500, body);
            assert_eq!(message, "The model provider failed: it answered 500.");
        }
    }

    #[test]
    fn words_are_found_in_events_in_lines_and_in_what_is_cut_off() {
        for body in [
            "data: {\"error\":{\"message\":\"no such thing\"}}\n\ndata: [DONE]\n\n",
            "event: error\ndata: {\"error\":{\"message\":\"no such thing\"}}\n\n",
            "{\"hello\":1}\n{\"error\":{\"message\":\"no such thing\"}}\n",
            "\u{feff}{\"error\":{\"message\":\"no such thing\"}}",
        ] {
            let message = message(500, body);
            assert_eq!(message, "The model provider failed: no such thing");
        }
        let cut = message(500, "{\"error\":{\"message\":\"no such");
        assert!(cut.ends_with("{\"error\":{\"message\":\"no such"), "{cut}");
    }

    #[test]
    fn a_refusal_for_the_place_of_the_server_does_not_blame_its_key() {
        let body = r#"{"error":{"code":"unsupported_country_region_territory","message":"x"}}"#;
        let message = message(403, body);
        assert!(
            message.ends_with("the country or region of this server."),
            "{message}"
        );
    }

    #[test]
    fn gemini_tells_in_the_body_how_long_to_wait() {
        let body = br#"[{"error":{"code":429,"message":"no","details":[{"@type":"x"},{"retryDelay":"34s"}]}}]"#;
        let status = StatusCode::TOO_MANY_REQUESTS;
        let failure = of_status(status, &HeaderMap::new(), body, None);
        assert!(matches!(
            failure,
            ProviderFailure::RateLimited {
                retry_after: 34,
                ..
            }
        ));
    }

    #[test]
    fn a_key_is_not_passed_on() {
        assert!(!message(500, "what is sk-secret?").contains("sk-secret"));
        assert!(!message(401, r#"{"error":{"message":"wrong: sk-se***et"}}"#).contains("sk-"));
    }
}
