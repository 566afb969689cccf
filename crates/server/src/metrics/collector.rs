//! The figures that the parts of the service count by themselves, read at each scrape. Reading them
//! does not wait, so a scrape is answered while all workers and connections are in use.

use super::database::database;
use super::generations::Generations;
use super::limits::CountedLimits;
use super::page::MetricsPage;
use crate::parts::ServiceParts;
use crate::watched::WatchedParts;
use api::connection::Traffic;
use domain::admission::{Budget, BudgetUsage};
use domain::clock::Clock;
use domain::shares::ViewCounts;
use domain::storage::Room;
use infra::postgres::Database;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use std::fmt::{Debug, Error, Formatter};
use std::sync::Arc;

/// The parts whose figures are shown.
pub(super) struct Sources {
    database: Database,
    budgets: Vec<(&'static str, Budget)>,
    traffic: Arc<Traffic>,
    views: Arc<ViewCounts>,
    room: Arc<dyn Room>,
    clock: Arc<dyn Clock>,
    limits: Arc<CountedLimits>,
    generations: Arc<Generations>,
    watched: WatchedParts,
}

impl Sources {
    pub(super) fn of(
        parts: &ServiceParts,
        limits: Arc<CountedLimits>,
        generations: Arc<Generations>,
    ) -> Self {
        let [database, forks] = parts.database.budgets();
        let [connections, heads] = parts.terms.connections.budgets();
        let mut budgets = vec![
            ("database", database),
            ("forks", forks),
            ("connections", connections),
            ("heads", heads),
            ("memory", parts.memory.budget()),
            ("long_work", parts.long_work.budget()),
            ("layouts", parts.layouts.budget()),
        ];
        budgets.extend(parts.watched.budgets.iter().cloned());
        Self {
            database: parts.database.clone(),
            budgets,
            traffic: parts.terms.connections.traffic(),
            views: Arc::clone(&parts.views),
            room: Arc::clone(&parts.room),
            clock: Arc::clone(&parts.clock),
            limits,
            generations,
            watched: parts.watched.clone(),
        }
    }

    fn service(&self, page: &mut MetricsPage<'_>) -> Result<(), Error> {
        let version = [[("version", env!("CARGO_PKG_VERSION"))]];
        let help = "Always 1; the label has the version.";
        page.gauges("build_info", help, version.map(|labels| (labels, 1.0)))?;
        let ready = f64::from(u8::from(self.database.is_open()));
        let help = "1 when the schema of the database is that of this version.";
        page.gauge("database_schema_ready", help, ready)?;
        let full = f64::from(u8::from(self.room.is_full()));
        let help = "1 when the disk has no room for more data, otherwise 0.";
        page.gauge("storage_full", help, full)?;
        let help = "Views of links.";
        page.counter("share_views", help, self.views.total.read())?;
        let unwritten = self.views.unwritten() as f64;
        let help = "Links whose newest views are not in the database yet.";
        page.gauge("share_views_unwritten_links", help, unwritten)
    }

    fn traffic(&self, page: &mut MetricsPage<'_>) -> Result<(), Error> {
        let traffic = &self.traffic;
        let help = "Connections of clients that are open.";
        page.gauge("http_connections_open", help, traffic.open.read() as f64)?;
        let help = "Connections of clients that were accepted.";
        page.counter("http_connections", help, traffic.accepted.read())?;
        let help = "Connections that were closed immediately, because their address had too many.";
        page.counter("http_connections_refused", help, traffic.refused.read())?;
        let help = "Bytes that clients have sent, heads included.";
        page.counter("http_received_bytes", help, traffic.received.read())?;
        let help = "Bytes that clients have taken, heads included.";
        page.counter("http_sent_bytes", help, traffic.sent.read())
    }

    fn admission(&self, page: &mut MetricsPage<'_>) -> Result<(), Error> {
        let usages: Vec<(&str, BudgetUsage)> = self
            .budgets
            .iter()
            .map(|(name, budget)| (*name, budget.usage()))
            .collect();
        let each = |value: fn(&BudgetUsage) -> u64| {
            let usages = usages.iter();
            usages.map(move |(name, usage)| ([("resource", *name)], value(usage) as f64))
        };
        let help = "Units of a limited resource, by resource.";
        page.gauges("admission_units", help, each(|usage| usage.total))?;
        let help = "Units that requests hold.";
        page.gauges("admission_units_held", help, each(|usage| usage.held))?;
        let help = "Requests that wait for units.";
        page.gauges(
            "admission_waiting",
            help,
            each(|usage| usage.waiting as u64),
        )?;
        let refused = usages.iter().flat_map(|(name, usage)| {
            let labels = |reason| [("resource", *name), ("reason", reason)];
            [
                (labels("share"), usage.refused_for_share),
                (labels("full"), usage.refused_for_all),
            ]
        });
        let help = "Requests that got no units: their caller's share, or all of them, were in use.";
        page.counters("admission_refused", help, refused)?;
        let limits = self.limits.refused();
        let help = "Attempts that were refused, by the setting of the limit.";
        let limits = limits.map(|(limit, count)| ([("limit", limit)], count));
        page.counters("rate_limited", help, limits)
    }

    fn generations(&self, page: &mut MetricsPage<'_>) -> Result<(), Error> {
        let generations = &self.generations;
        let help = "Requests to models whose answer is not complete, including those that wait.";
        page.gauge(
            "generations_running",
            help,
            generations.running.read() as f64,
        )?;
        let help = "Time until the answer of a model began, including the wait for a permit.";
        page.seconds("generation_begin_seconds", help, &generations.begins.read())?;
        let help = "Time until the answer of a model was complete.";
        page.seconds("generation_seconds", help, &generations.times.read())?;
        let help = "Answers of models that are complete.";
        page.counter("generations_completed", help, generations.completed.read())?;
        let help = "Answers of models that ended early, because the client disconnected.";
        page.counter("generations_dropped", help, generations.dropped.read())?;
        let failures = generations.failures.read();
        let help = "Answers of models that failed, by kind.";
        let failures = failures.map(|(kind, count)| ([("kind", kind)], count));
        page.counters("generation_failures", help, failures)?;
        let tokens = [
            ([("direction", "prompt")], generations.prompt_tokens.read()),
            (
                [("direction", "completion")],
                generations.completion_tokens.read(),
            ),
        ];
        let help = "Tokens of answers, if the provider reports them.";
        page.counters("generation_tokens", help, tokens)
    }

    fn jobs(&self, page: &mut MetricsPage<'_>) -> Result<(), Error> {
        let (jobs, now) = (&self.watched.jobs, self.clock.now());
        let backlogs = jobs.backlogs();
        let lengths = backlogs.iter().map(|(kind, backlog)| {
            let length = backlog.map_or(0, |backlog| backlog.length);
            ([("kind", kind.name())], length as f64)
        });
        let help = "Jobs that wait, of all instances, by kind.";
        page.gauges("jobs_waiting", help, lengths)?;
        let ages = backlogs.iter().map(|(kind, backlog)| {
            let age = backlog.map_or(0.0, |backlog| (now - backlog.oldest).as_seconds_f64());
            ([("kind", kind.name())], age.max(0.0))
        });
        let help = "The age of the oldest job that waits, by kind.";
        page.gauges("jobs_oldest_seconds", help, ages)?;
        let steps = jobs.steps();
        let done = steps
            .iter()
            .map(|(kind, steps)| ([("kind", kind.name())], steps.done));
        page.counters("job_steps", "Steps of jobs that this instance did.", done)?;
        let failed = steps
            .iter()
            .map(|(kind, steps)| ([("kind", kind.name())], steps.failed));
        page.counters("job_failures", "Steps of jobs that failed.", failed)
    }

    fn issuers(&self, page: &mut MetricsPage<'_>) -> Result<(), Error> {
        let issuers = self
            .watched
            .issuers
            .iter()
            .flat_map(|issuers| issuers.ages());
        // Without keys, tokens of the issuer are refused.
        let ages = issuers.map(|(name, age)| ([("issuer", name)], age.unwrap_or(f64::INFINITY)));
        let help = "The age of the keys of an issuer; infinite where there are no keys.";
        page.gauges("issuer_keys_age_seconds", help, ages)
    }
}

impl Collector for Sources {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let page = &mut MetricsPage(encoder);
        self.service(page)?;
        self.traffic(page)?;
        database(&self.database, page)?;
        self.admission(page)?;
        self.generations(page)?;
        self.jobs(page)?;
        self.issuers(page)
    }
}

impl Debug for Sources {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sources")
    }
}
