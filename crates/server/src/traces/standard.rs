//! Standard variables of OpenTelemetry that its own libraries read. These take another value, or none, where one cannot
//! be used, and say nothing. So the values are checked before.

use crate::config::ConfigError;

const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

/// # Errors
/// The first variable whose value cannot be used. `given` is the value of a variable that is not empty.
pub(super) fn check(given: impl Fn(&'static str) -> Option<String>) -> Result<(), ConfigError> {
    let check = |variable, is_good: &dyn Fn(&str) -> bool, problem: &str| match given(variable)
        .filter(|value| !is_good(value))
    {
        None => Ok(()),
        Some(_) => Err(ConfigError {
            variable,
            problem: problem.to_owned(),
        }),
    };
    let is_number = |value: &str| {
        value
            .parse()
            .is_ok_and(|it: u32| (1..=1_000_000).contains(&it))
    };
    let number = "must be a number, 1 to 1000000";
    let is_exporter = |value: &str| ["otlp", "none"].contains(&value);
    check("OTEL_TRACES_EXPORTER", &is_exporter, "must be otlp or none")?;
    let sampler = format!("must be one of {}", SAMPLERS.join(", "));
    let is_sampler = |value: &str| SAMPLERS.contains(&value);
    check("OTEL_TRACES_SAMPLER", &is_sampler, &sampler)?;
    let is_share = |value: &str| value.parse().is_ok_and(|it: f64| (0.0..=1.0).contains(&it));
    check(
        "OTEL_TRACES_SAMPLER_ARG",
        &is_share,
        "must be a share, 0 to 1",
    )?;
    for variable in ["OTEL_BSP_SCHEDULE_DELAY", QUEUE, BATCH] {
        check(variable, &is_number, number)?;
    }
    let queue = given(QUEUE)
        .and_then(|it| it.parse().ok())
        .unwrap_or(2_048_u32);
    let fits = |value: &str| value.parse().is_ok_and(|it: u32| it <= queue);
    check(
        BATCH,
        &fits,
        &format!("must not be more than {QUEUE}, {queue}"),
    )?;
    for variable in [
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    ] {
        check(
            variable,
            &are_headers,
            "must be NAME=VALUE, with a comma between several",
        )?;
    }
    Ok(())
}

const QUEUE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
const BATCH: &str = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";

fn are_headers(value: &str) -> bool {
    value.split(',').all(|header| {
        let name = header.split_once('=').map(|(name, _)| name.trim());
        name.is_some_and(|name| name.parse::<reqwest::header::HeaderName>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    fn checked(variable: &'static str, value: &str) -> Result<(), String> {
        let given = |name| (name == variable).then(|| value.to_owned());
        check(given).map_err(|error| error.to_string())
    }

    #[test]
    fn values_that_the_libraries_would_pass_over_are_refused_by_name() {
        for (variable, value) in [
            ("OTEL_TRACES_EXPORTER", "console"),
            ("OTEL_TRACES_SAMPLER", "banana"),
            ("OTEL_TRACES_SAMPLER_ARG", "zero"),
            ("OTEL_TRACES_SAMPLER_ARG", "7"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_BSP_SCHEDULE_DELAY", "-4"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "9999"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "nonsense"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b,=c"),
        ] {
            let sentence = checked(variable, value).unwrap_err();
            assert!(sentence.starts_with(variable), "{sentence}");
            assert_eq!(sentence.lines().count(), 1);
        }
    }

    #[test]
    fn values_of_the_standard_are_taken() {
        for (variable, value) in [
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.01"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2048"),
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                "authorization=Bearer%20x, x-scope=a=b",
            ),
        ] {
            checked(variable, value).unwrap();
        }
    }
}
