//! The standard variables of OpenTelemetry. Those for the headers, the sampler and the batches are read by
//! its own libraries, and only checked here.

use super::standard;
use crate::config::ConfigError;
use std::time::Duration;

pub(super) const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const TRACES_PROTOCOL: &str = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
const TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TIMEOUT";
const TRACES_TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT";

/// The only protocol.
const HTTP: &str = "http/protobuf";

/// Where spans go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TraceSettings {
    pub(super) endpoint: String,
    /// How long an export may take.
    pub(super) timeout: Duration,
    /// Whether the environment names this service.
    pub(super) is_named: bool,
}

impl TraceSettings {
    /// `None`: no collector is named, or traces are switched off. An empty value counts as absent.
    pub(super) fn read(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        let given = |name| {
            let value: Option<String> = variable(name);
            value.filter(|value| !value.trim().is_empty())
        };
        let is_off = given("OTEL_SDK_DISABLED").is_some_and(|it| it.eq_ignore_ascii_case("true"))
            || given("OTEL_TRACES_EXPORTER").is_some_and(|exporter| exporter == "none");
        let base = given(ENDPOINT).map(|base| format!("{}/v1/traces", base.trim_end_matches('/')));
        let named = given(TRACES_ENDPOINT).map(|endpoint| (TRACES_ENDPOINT, endpoint));
        let named = named.or(base.map(|endpoint| (ENDPOINT, endpoint)));
        let Some((name, endpoint)) = named.filter(|_| !is_off) else {
            return Ok(None);
        };
        standard::check(given)?;
        let url = reqwest::Url::parse(&endpoint).ok();
        if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            let problem = "must be an http or https address".to_owned();
            let variable = name;
            return Err(ConfigError { variable, problem });
        }
        for variable in [TRACES_PROTOCOL, PROTOCOL] {
            if given(variable).is_some_and(|protocol| protocol != HTTP) {
                let problem = format!("must be {HTTP}, the only protocol of this service");
                return Err(ConfigError { variable, problem });
            }
        }
        let timeout = match [TRACES_TIMEOUT, TIMEOUT].map(|name| (name, given(name))) {
            [(name, Some(value)), _] | [_, (name, Some(value))] => {
                let milliseconds = value
                    .trim()
                    .parse()
                    .ok()
                    .filter(|it| (1..=600_000).contains(it));
                milliseconds.ok_or_else(|| ConfigError {
                    variable: name,
                    problem: "must be a number of milliseconds, 1 to 600000".to_owned(),
                })?
            }
            _ => 10_000,
        };
        let attributes = given("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        Ok(Some(Self {
            endpoint,
            timeout: Duration::from_millis(timeout),
            is_named: given("OTEL_SERVICE_NAME").is_some() || attributes.contains("service.name="),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<Option<TraceSettings>, String> {
        let find = |name: &'static str| {
            let found = given.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        TraceSettings::read(find).map_err(|error| error.to_string())
    }

    #[test]
    fn there_are_no_traces_without_a_collector_or_where_they_are_switched_off() {
        let collector = (ENDPOINT, "http://localhost:4318");
        for given in [
            &[] as &[_],
            &[(ENDPOINT, " ")],
            &[collector, ("OTEL_SDK_DISABLED", "true")],
            &[collector, ("OTEL_TRACES_EXPORTER", "none")],
        ] {
            assert_eq!(read(given).unwrap(), None, "{given:?}");
        }
    }

    #[test]
    fn the_address_of_traces_is_taken_as_it_is_and_the_other_one_is_completed() {
        let endpoint = |given: &[_]| read(given).unwrap().unwrap().endpoint;
        let base = (ENDPOINT, "http://localhost:4318/");
        assert_eq!(endpoint(&[base]), "http://localhost:4318/v1/traces");
        let traces = (TRACES_ENDPOINT, "https://c.example.org/otlp");
        assert_eq!(endpoint(&[base, traces]), "https://c.example.org/otlp");
    }

    #[test]
    fn a_bad_value_is_refused_by_name() {
        let collector = (ENDPOINT, "http://localhost:4318");
        for (given, name) in [
            (&[(ENDPOINT, "localhost:4318")] as &[_], ENDPOINT),
            (&[(TRACES_ENDPOINT, "nowhere")], TRACES_ENDPOINT),
            (&[collector, (PROTOCOL, "grpc")], PROTOCOL),
            (&[collector, (TIMEOUT, "10s")], TIMEOUT),
            (
                &[collector, ("OTEL_TRACES_SAMPLER", "banana")],
                "OTEL_TRACES_SAMPLER",
            ),
        ] {
            let sentence = read(given).unwrap_err();
            assert!(sentence.starts_with(name), "{sentence}");
        }
    }
}
