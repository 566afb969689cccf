//! The figures of the database's work.

use super::page::MetricsPage;
use infra::postgres::Database;
use std::fmt::Error;

pub(super) fn database(database: &Database, page: &mut MetricsPage<'_>) -> Result<(), Error> {
    let connections = database.connections();
    let states = [("in_use", connections.in_use), ("idle", connections.idle)];
    let help = "Connections to the database.";
    let states = states.map(|(state, count)| ([("state", state)], count as f64));
    page.gauges("database_connections", help, states)?;
    let help = "The most connections to the database (DATABASE_POOL_SIZE).";
    page.gauge("database_connections_most", help, connections.most as f64)?;
    let figures = database.figures();
    let help = "Time for which units of work waited for a permit and a connection.";
    page.seconds("database_wait_seconds", help, &figures.waits.read())?;
    let help = "Time that units of work took with their connection.";
    page.seconds("database_work_seconds", help, &figures.works.read())?;
    let failures = &figures.failures;
    let failures = [
        ("overloaded", &failures.overloaded),
        ("unavailable", &failures.unavailable),
        ("contended", &failures.contended),
        ("unanswered", &failures.unanswered),
    ];
    let help = "Units of work that failed, by reason.";
    let failures = failures.map(|(reason, count)| ([("reason", reason)], count.read()));
    page.counters("database_failures", help, failures)?;
    let reads = &figures.reads;
    let answers = [
        ("replica", &reads.replica),
        ("without", &reads.without),
        ("lost", &reads.lost),
        ("busy", &reads.busy),
    ];
    let help =
        "Reads of a service with a replica: by the replica, or by the primary, with the reason.";
    let answers = answers.map(|(result, count)| ([("result", result)], count.read()));
    page.counters("replica_reads", help, answers)?;
    let help = "Time for which reads waited until the replica was recent enough.";
    page.seconds("replica_wait_seconds", help, &reads.waits.read())?;
    let help = "How many messages one statement stored together.";
    page.numbers("append_group_size", help, &figures.appends.sizes.read())?;
    let help = "Time that storing a group of messages took, with its wait for a connection.";
    page.seconds("append_group_seconds", help, &figures.appends.times.read())
}
