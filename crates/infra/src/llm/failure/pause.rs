//! The pause that a provider asks for.

use super::duration;
use crate::clock::SystemClock;
use domain::clock::Clock as _;
use domain::error::ProviderFailure;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use std::time::UNIX_EPOCH;

/// The beginning of the headers with the end of a limit (Groq, OpenAI, OpenRouter).
const RESET: &str = "x-ratelimit-reset";

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// The most seconds that a provider may ask for.
const LONGEST_PAUSE: u64 = 24 * 60 * 60;

/// The seconds before a retry. Reads `retry-after-ms`, which is OpenAI's and more exact, else
/// `Retry-After`, a number of seconds or a date (RFC 9110, 10.2.3), else the value from the body.
pub(super) fn pause(headers: &HeaderMap, announced: Option<f64>) -> u64 {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name| text(name)?.parse::<f64>().ok().filter(|said| *said >= 0.0);
    let said = number(&RETRY_AFTER_MS)
        .map(|milliseconds| milliseconds / 1e3)
        .or_else(|| number(&RETRY_AFTER))
        .or_else(|| duration::seconds(text(&RETRY_AFTER)?))
        .or_else(|| until(text(&RETRY_AFTER)?, text(&DATE)))
        .or_else(|| announced.filter(|said| *said >= 0.0))
        .or_else(|| until_reset(headers));
    said.map_or(ProviderFailure::PAUSE, |seconds| {
        (seconds.ceil() as u64).clamp(1, LONGEST_PAUSE)
    })
}

/// Seconds until all limits that are used up have ended. A header has a duration
/// (`x-ratelimit-reset-requests: 1m30s`), a number of seconds, or a time since 1970 in seconds or
/// milliseconds.
fn until_reset(headers: &HeaderMap) -> Option<f64> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let names = headers.keys().map(HeaderName::as_str);
    let resets = names.filter(|name| name.starts_with(RESET));
    let used_up = resets.filter(|name| {
        let left = text(&name.replacen("reset", "remaining", 1));
        left.is_none_or(|left| left == "0")
    });
    let now = || {
        let date = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
        let now = date.unwrap_or_else(|| SystemClock.now().into());
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_secs_f64()
    };
    let seconds = used_up.filter_map(|name| {
        let said = text(name)?;
        let Ok(number) = said.parse::<f64>() else {
            return duration::seconds(said);
        };
        Some(match number {
            time if time >= 1e12 => (time / 1e3 - now()).max(0.0),
            time if time >= 1e9 => (time - now()).max(0.0),
            seconds => seconds,
        })
    });
    seconds.filter(|seconds| *seconds >= 0.0).reduce(f64::max)
}

/// Seconds until a date, by the clock of the server that sent it: its own `Date`, or ours if it is
/// missing.
fn until(date: &str, now: Option<&str>) -> Option<f64> {
    let read = |date| httpdate::parse_http_date(date).ok();
    let now = now
        .and_then(read)
        .unwrap_or_else(|| SystemClock.now().into());
    let left = read(date)?.duration_since(now);
    Some(left.unwrap_or_default().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("90s", 90),
            ("1m30s", 90),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, said.parse().unwrap());
            assert_eq!(pause(&headers, None), seconds, "{said}");
        }
        assert_eq!(pause(&HeaderMap::new(), None), 10);
        assert_eq!(pause(&HeaderMap::new(), Some(33.2)), 34);
    }

    #[test]
    fn a_pause_is_milliseconds_or_a_date_by_the_providers_own_clock() {
        for (said, seconds) in [
            ("retry-after-ms: 90000", 90),
            ("retry-after-ms: 90000|retry-after: 7", 90),
            ("retry-after-ms: 1.5|retry-after: 7", 1),
            ("retry-after-ms: soon|retry-after: 7", 7),
            ("x-ratelimit-reset-requests: 1m30s", 90),
            ("x-ratelimit-reset-requests: 1m30s|retry-after: 7", 7),
            ("x-ratelimit-reset-after: 60", 60),
            (
                "x-ratelimit-reset-requests: 2m|x-ratelimit-remaining-requests: 9|x-ratelimit-reset-tokens: 7.66s|x-ratelimit-remaining-tokens: 0",
                8,
            ),
            (
                "date: Wed, 25 Nov 2026 10:00:00 GMT|x-ratelimit-reset: 1795600830000",
                30,
            ),
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
            assert_eq!(pause(&headers, None), seconds, "{said}");
        }
    }
}
