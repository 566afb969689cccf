//! Failures of a model provider, by their meaning to the caller. `Display` is for the client;
//! `Debug` is for the log and contains no text of the provider.

use std::error::Error;
use std::fmt::{Debug, Display, Formatter, Result};

/// The reason for the missing reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderFailure {
    /// No model provider is configured.
    #[error("This server has no model provider yet. Its operator can set {variable}.")]
    NotConfigured { variable: &'static str },
    /// All permits are in use, and too many requests wait already.
    #[error("The model is busy. Try again in {retry_after} seconds.")]
    Busy { retry_after: u64 },
    /// The provider was silent for too long, or took too long altogether.
    #[error("The model provider did not answer in time.")]
    TimedOut,
    /// The provider limits the rate of requests; `retry_after` is in seconds.
    #[error("The model provider limits how often it may be asked: {report}")]
    RateLimited { retry_after: u64, report: Report },
    /// The provider refuses this request for good.
    #[error("The model provider refused the request: {}", .0.report)]
    Refused(ProviderRefusal),
    /// The provider could not be reached, failed, or sent an answer that is not a reply.
    #[error("The model provider failed: {report}")]
    Failed {
        report: Report,
        /// Whether a retry would fail again, and cost as much.
        lasts: bool,
    },
}

impl ProviderFailure {
    /// The seconds to wait before a retry where the provider gives no time.
    pub const PAUSE: u64 = 10;

    /// A failure that may not occur again after a retry.
    pub fn failed(report: impl Into<Report>) -> Self {
        let (report, lasts) = (report.into(), false);
        Self::Failed { report, lasts }
    }

    /// A failure that a retry does not change.
    pub fn lasting(report: impl Into<Report>) -> Self {
        let (report, lasts) = (report.into(), true);
        Self::Failed { report, lasts }
    }
}

impl ProviderFailure {
    /// Adds the requested address, which is for the log only.
    #[must_use]
    pub fn asked_at(mut self, address: &str) -> Self {
        let report = match &mut self {
            Self::RateLimited { report, .. } | Self::Failed { report, .. } => report,
            Self::Refused(refusal) => &mut refusal.report,
            Self::NotConfigured { .. } | Self::Busy { .. } | Self::TimedOut => return self,
        };
        report.cause = Some(match report.cause.take() {
            None => format!("asked at {address}"),
            Some(cause) => format!("asked at {address}: {cause}"),
        });
        self
    }
}

/// The details of a failure.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// The event, in our words.
    happened: String,
    /// The provider's own message. It can quote the request, and keys: it is for the client
    /// only.
    quote: Option<String>,
    /// The cause. It can contain the provider's address: it is for the log only.
    cause: Option<String>,
}

impl Report {
    /// Adds the provider's message, if it sent one.
    #[must_use]
    pub fn quoting(self, quote: Option<String>) -> Self {
        Self { quote, ..self }
    }

    #[must_use]
    pub fn caused_by(self, error: &(dyn Error + 'static)) -> Self {
        let causes = std::iter::successors(Some(error), |&error| error.source());
        let causes: Vec<_> = causes.map(ToString::to_string).collect();
        let cause = Some(causes.join(": "));
        Self { cause, ..self }
    }
}

impl<T: Into<String>> From<T> for Report {
    fn from(happened: T) -> Self {
        Self {
            happened: happened.into(),
            quote: None,
            cause: None,
        }
    }
}

/// For the client: the provider's message, and ours where it sent none.
impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.quote.as_ref().unwrap_or(&self.happened))
    }
}

/// For the log.
impl Debug for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.happened)?;
        match &self.cause {
            None => Ok(()),
            Some(cause) => write!(f, " ({cause})"),
        }
    }
}

/// A request that the provider refuses.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderRefusal {
    pub kind: RefusalKind,
    pub report: Report,
    /// The field that the provider blames, in its words.
    pub param: Option<String>,
    /// Whether the context is too long for the model, so that less of it may do.
    pub is_too_long: bool,
}

/// For the log.
impl Debug for ProviderRefusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{:?}: {:?}", self.kind, self.report)
    }
}

/// The kind of error in a request, in the provider's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    Invalid,
    /// The model does not exist, as a rule.
    NotFound,
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_s_words_are_for_the_client_and_not_for_the_log() {
        let io = std::io::Error::other("10.0.0.7 is away");
        let report = Report::from("it answered 500.").caused_by(&io);
        let failure = ProviderFailure::failed(report.clone());
        assert_eq!(
            failure.to_string(),
            "The model provider failed: it answered 500."
        );
        let report = report.quoting(Some("my secret".to_owned()));
        let refusal = ProviderRefusal {
            kind: RefusalKind::Invalid,
            report: report.clone(),
            param: Some("my secret".to_owned()),
            is_too_long: false,
        };
        for failure in [
            ProviderFailure::failed(report.clone()),
            ProviderFailure::Refused(refusal),
            ProviderFailure::RateLimited {
                retry_after: 7,
                report,
            },
        ] {
            let (shown, logged) = (failure.to_string(), format!("{failure:?}"));
            assert!(shown.ends_with(": my secret"), "{shown}");
            assert!(
                logged.contains("it answered 500. (10.0.0.7 is away)"),
                "{logged}"
            );
            assert!(!logged.contains("my secret"), "{logged}");
        }
    }
}
