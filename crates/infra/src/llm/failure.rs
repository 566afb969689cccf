//! What a provider's failures amount to. Its text is passed on; its headers and our key are not.

use super::settings::ApiKey;
use crate::clock::SystemClock;
use domain::clock::Clock as _;
use domain::replies::{ProviderFailure, Refusal, RefusalKind, Report};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde::Deserialize;

/// How much of a provider's text is passed on, in characters.
const TEXT: usize = 1_000;

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// The most seconds that a provider may ask for.
const LONGEST_PAUSE: u64 = 24 * 60 * 60;

/// The shapes that failures come in: OpenAI's, Ollama's, vLLM's, FastAPI's.
#[derive(Default, Deserialize)]
pub(super) struct FailureBody {
    error: Option<ErrorMember>,
    message: Option<serde_json::Value>,
    detail: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ErrorMember {
    Told {
        message: String,
        param: Option<serde_json::Value>,
    },
    Text(String),
    Other(serde::de::IgnoredAny),
}

/// A failure that the provider answered with.
pub(super) fn of_status(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    key: Option<&ApiKey>,
) -> ProviderFailure {
    let (text, param) = told(body);
    let code = status.as_u16();
    let report = Report::from(format!("it answered {code}.")).quoting(presentable(text, key));
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
            retry_after: pause(headers),
            report,
        },
        // Such a text likes to quote the key, or parts of it that we could not hide.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ProviderFailure::lasting(format!(
            "it answered {code}: it does not accept this server's LLM_API_KEY."
        )),
        StatusCode::GATEWAY_TIMEOUT => ProviderFailure::TimedOut,
        // Their causes pass.
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => ProviderFailure::failed(report),
        status if status.is_server_error() => ProviderFailure::failed(report),
        _ => ProviderFailure::lasting(report),
    }
}

/// A failure that came instead of the next part of an answer.
pub(super) fn midway(error: &ErrorMember, key: Option<&ApiKey>) -> ProviderFailure {
    let text = match error {
        ErrorMember::Told { message, .. } => Some(message.clone()),
        ErrorMember::Text(text) => Some(text.clone()),
        ErrorMember::Other(_) => None,
    };
    ProviderFailure::failed(Report::from("it gave up midway.").quoting(presentable(text, key)))
}

/// Seconds after which the provider may be asked again: as `retry-after-ms`, which is OpenAI's and the more
/// exact, or `Retry-After`, a number of seconds or a date (RFC 9110, 10.2.3).
fn pause(headers: &HeaderMap) -> u64 {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name| text(name)?.parse::<f64>().ok().filter(|said| *said >= 0.0);
    let said = number(&RETRY_AFTER_MS)
        .map(|milliseconds| milliseconds / 1e3)
        .or_else(|| number(&RETRY_AFTER))
        .or_else(|| until(text(&RETRY_AFTER)?, text(&DATE)));
    said.map_or(ProviderFailure::PAUSE, |seconds| {
        (seconds.ceil() as u64).clamp(1, LONGEST_PAUSE)
    })
}

/// Seconds until a date, by the clock of the server that names it: its own `Date`, or ours where that is missing.
fn until(date: &str, now: Option<&str>) -> Option<f64> {
    let read = |date| httpdate::parse_http_date(date).ok();
    let now = now
        .and_then(read)
        .unwrap_or_else(|| SystemClock.now().into());
    let left = read(date)?.duration_since(now);
    Some(left.unwrap_or_default().as_secs_f64())
}

/// What the provider says, and which field it blames.
fn told(body: &[u8]) -> (Option<String>, Option<String>) {
    if let Ok(body) = serde_json::from_slice::<FailureBody>(body) {
        let text = |value: Option<serde_json::Value>| value?.as_str().map(str::to_owned);
        return match body.error {
            Some(ErrorMember::Told { message, param }) => (Some(message), text(param)),
            Some(ErrorMember::Text(message)) => (Some(message), None),
            Some(ErrorMember::Other(_)) | None => {
                (text(body.message).or_else(|| text(body.detail)), None)
            }
        };
    }
    // A page for browsers says nothing to anybody here.
    let text = std::str::from_utf8(body).ok().map(str::trim);
    let text = text.filter(|text| !text.starts_with(['<', '{', '[']));
    (text.map(str::to_owned), None)
}

fn presentable(text: Option<String>, key: Option<&ApiKey>) -> Option<String> {
    let text = text?;
    let text = key.map_or(text.clone(), |key| key.hidden_in(&text));
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(TEXT)
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
    fn a_key_is_not_passed_on() {
        assert!(!message(500, "what is sk-secret?").contains("sk-secret"));
        assert!(!message(401, r#"{"error":{"message":"wrong: sk-se***et"}}"#).contains("sk-"));
    }

    #[test]
    fn a_pause_is_whole_seconds() {
        for (said, seconds) in [
            ("7", 7),
            ("0.2", 1),
            ("0", 1),
            ("-1", 10),
            ("NaN", 10),
            ("Wed, 21 Oct 2026", 10),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
            ("Tomorrow", 10),
            ("86400", 86_400),
            ("86401", 86_400),
            ("1e300", 86_400),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, said.parse().unwrap());
            assert_eq!(pause(&headers), seconds, "{said}");
        }
        assert_eq!(pause(&HeaderMap::new()), 10);
    }

    #[test]
    fn a_pause_is_milliseconds_or_a_date_by_the_providers_own_clock() {
        for (said, seconds) in [
            ("retry-after-ms: 90000", 90),
            ("retry-after-ms: 90000|retry-after: 7", 90),
            ("retry-after-ms: 1.5|retry-after: 7", 1),
            ("retry-after-ms: soon|retry-after: 7", 7),
            (
                "date: Wed, 25 Nov 2026 10:00:00 GMT|retry-after: Wed, 25 Nov 2026 10:05:00 GMT",
                300,
            ),
            // The two older forms (RFC 9110, 5.6.7).
            (
                "date: Wed, 25 Nov 2026 10:00:00 GMT|retry-after: Wednesday, 25-Nov-26 10:01:00 GMT",
                60,
            ),
            (
                "date: Wed, 25 Nov 2026 10:00:00 GMT|retry-after: Wed Nov 25 10:02:00 2026",
                120,
            ),
            (
                "date: Wed, 25 Nov 2026 10:00:00 GMT|retry-after: Wed, 25 Nov 2026 09:00:00 GMT",
                1,
            ),
        ] {
            let mut headers = HeaderMap::new();
            for header in said.split('|') {
                let (name, value) = header.split_once(": ").unwrap();
                let name = HeaderName::from_static(name);
                headers.insert(name, value.parse().unwrap());
            }
            assert_eq!(pause(&headers), seconds, "{said}");
        }
    }
}
