//! The process itself, by Linux's own numbers; on other systems these are absent.

use super::page::MetricsPage;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use std::fmt::Error;
use std::fs;

const KIB: f64 = 1024.0;

#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut page = MetricsPage(encoder);
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| {
            let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
            rest.split_whitespace().next()?.parse::<f64>().ok()
        };
        if let Some(resident) = field("VmRSS:") {
            let help = "Memory of the service that is in use. An embedded PostgreSQL has its own.";
            page.gauge("process_resident_memory_bytes", help, resident * KIB)?;
        }
        if let Some(threads) = field("Threads:") {
            page.gauge("process_threads", "Threads of the service.", threads)?;
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            // One of them reads this list.
            let files = files.count().saturating_sub(1) as f64;
            let help = "Open files, connections included.";
            page.gauge("process_open_fds", help, files)?;
        }
        if let Some(most) = most_files() {
            page.gauge("process_max_fds", "The most open files.", most)?;
        }
        if let Some(seconds) = processor_time() {
            let help = "Processor time of the service.";
            page.seconds_in_all("process_cpu_seconds", help, seconds)?;
        }
        Ok(())
    }
}

fn most_files() -> Option<f64> {
    use nix::sys::resource::{Resource, getrlimit};
    let (most, _) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    Some(most as f64)
}

fn processor_time() -> Option<f64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Some(micros as f64 / 1e6)
}
