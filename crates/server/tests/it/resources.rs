//! The resources of a process, as the kernel counts them.

use crate::process::Process;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Its memory now, in bytes.
pub(crate) fn memory(process: &Process) -> u64 {
    status(process, "VmRSS:")
}

/// The most it has kept in memory since [`forget_peak`], in bytes.
pub(crate) fn peak(process: &Process) -> u64 {
    status(process, "VmHWM:")
}

pub(crate) fn forget_peak(process: &Process) {
    std::fs::write(format!("/proc/{}/clear_refs", process.id()), "5").unwrap();
}

/// Waits until it is idle, by its processor time.
pub(crate) async fn idle(process: &Process) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut used = ticks(process);
    loop {
        sleep(Duration::from_millis(250)).await;
        let now = ticks(process);
        if now <= used + 2 {
            return;
        }
        assert!(Instant::now() < deadline, "it does not come to rest");
        used = now;
    }
}

/// The processor time it has used, in hundredths of a second (proc_pid_stat(5), 14 and 15).
fn ticks(process: &Process) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let times = fields.split(' ').skip(11).take(2);
    times.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

fn status(process: &Process, field: &str) -> u64 {
    let path = format!("/proc/{}/status", process.id());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kilobytes = line.unwrap().trim().strip_suffix(" kB").unwrap();
    kilobytes.parse::<u64>().unwrap() * 1024
}
