use chrono::{DateTime, SecondsFormat, Timelike as _, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A time as clients see it: RFC 3339 in UTC, with microseconds, and without a fraction where it
/// falls on a whole second, as in the guide.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2025-12-23T10:00:00Z")]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let precision = match self.0.nanosecond() {
            0 => SecondsFormat::Secs,
            _ => SecondsFormat::Micros,
        };
        serializer.serialize_str(&self.0.to_rfc3339_opts(precision, true))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}
