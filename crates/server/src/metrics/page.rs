//! Writes values that are read at a scrape.

use domain::figures::Spread;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::fmt::Error;

/// A label and its value.
pub(super) type Label<'a> = (&'static str, &'a str);

/// The answer to a scrape, while it is written. Each metric has its line of help also where it has no
/// value yet.
pub(super) struct MetricsPage<'a>(pub(super) DescriptorEncoder<'a>);

impl MetricsPage<'_> {
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) -> Result<(), Error> {
        self.described(name, help, MetricType::Gauge)?
            .encode_gauge(&value)
    }

    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) -> Result<(), Error> {
        count(&mut self.described(name, help, MetricType::Counter)?, value)
    }

    /// A counter of seconds.
    pub(super) fn seconds_in_all(
        &mut self,
        name: &str,
        help: &str,
        seconds: f64,
    ) -> Result<(), Error> {
        self.described(name, help, MetricType::Counter)?
            .encode_counter::<NoLabelSet, _, f64>(&seconds, None)
    }

    /// A gauge with `N` labels.
    pub(super) fn gauges<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([Label<'l>; N], f64)>,
    ) -> Result<(), Error> {
        let mut metric = self.described(name, help, MetricType::Gauge)?;
        for (labels, value) in values {
            metric.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// A counter with `N` labels.
    pub(super) fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = ([Label<'l>; N], u64)>,
    ) -> Result<(), Error> {
        let mut metric = self.described(name, help, MetricType::Counter)?;
        for (labels, value) in values {
            count(&mut metric.encode_family(&labels)?, value)?;
        }
        Ok(())
    }

    /// A histogram of times, which are kept in microseconds and shown in seconds.
    pub(super) fn seconds(&mut self, name: &str, help: &str, times: &Spread) -> Result<(), Error> {
        self.histogram(name, help, times, 1e-6)
    }

    /// A histogram of numbers.
    pub(super) fn numbers(&mut self, name: &str, help: &str, sizes: &Spread) -> Result<(), Error> {
        self.histogram(name, help, sizes, 1.0)
    }

    fn histogram(
        &mut self,
        name: &str,
        help: &str,
        spread: &Spread,
        unit: f64,
    ) -> Result<(), Error> {
        // Rounded, so that a bound of 2,500 µs is written as 0.0025.
        let shown = |value: u64| (value as f64 * unit * 1e6).round() / 1e6;
        let buckets = spread.buckets.iter();
        let mut buckets: Vec<_> = buckets
            .map(|(bound, count)| (shown(*bound), *count))
            .collect();
        buckets.push((f64::INFINITY, spread.beyond));
        let count = buckets.iter().map(|(_, count)| count).sum();
        self.described(name, help, MetricType::Histogram)?
            .encode_histogram::<NoLabelSet>(shown(spread.sum), count, &buckets, None)
    }

    fn described<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }
}

fn count(metric: &mut MetricEncoder<'_>, value: u64) -> Result<(), Error> {
    metric.encode_counter::<NoLabelSet, _, f64>(&value, None)
}
