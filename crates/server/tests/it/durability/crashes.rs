//! Crashes under load, each kind many times, with a ledger of all acknowledged writes:
//! creations, edits, deletions, revocations, removals, rotations. None is lost, and deleted or revoked
//! objects do not come back. Commits take long here, as on a slow disk, so that most
//! crashes come in the middle of some.

use super::check::compare;
use super::ledger::{Differences, Ledger};
use super::writer::Writer;
use crate::app::SECRET;
use crate::extent;
use crate::kills::progress;
use crate::process::{Process, Scratch};
use crate::provider::Provider;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crash {
    Backend,
    ImmediateStop,
    Postmaster,
    Service,
    Both,
    DiskFull,
}

const WRITERS: usize = 8;
/// How many requests are acknowledged before each crash.
const LOAD: usize = 60;
/// The same where each kind happens 100 times: 10,000 in all.
const LOAD_OF_HUNDRED: usize = 100;
/// Room for a cluster, its log of changes and some writes.
const SMALL_DISK: &str = "size=400m";

/// A disk of its own, where one may be mounted.
struct SmallDisk(Scratch);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let scratch = Scratch::new();
        fs::create_dir_all(scratch.path()).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SMALL_DISK, "tmpfs"])
            .arg(scratch.path())
            .output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        mounted.then(|| Self(scratch))
    }

    /// Fills it to the last byte.
    fn fill(&self) {
        let mut file = fs::File::create(self.filler()).unwrap();
        let block = vec![0; 1 << 16];
        while file.write_all(&block).is_ok() {}
        while file.write_all(&[0]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> std::path::PathBuf {
        self.0.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Some(pid) = self.0.postmaster() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
            let deadline = Instant::now() + Duration::from_secs(60);
            while Path::new(&format!("/proc/{pid}")).exists() && Instant::now() < deadline {
                std::thread::yield_now();
            }
        }
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

struct Round<'a> {
    scratch: &'a Scratch,
    disk: Option<&'a SmallDisk>,
    provider: &'a Provider,
    process: Process,
    place: watch::Sender<Option<String>>,
    count: watch::Receiver<usize>,
}

impl Round<'_> {
    async fn start(&self) -> Process {
        start(self.scratch, self.provider).await
    }

    async fn progress(&mut self, more: usize) {
        progress(&mut self.count, more).await;
    }

    fn postmaster(&self) -> i32 {
        self.scratch.postmaster().expect("it runs")
    }

    async fn crash(&mut self, crash: Crash) {
        match crash {
            Crash::Backend => send(backend_of(self.postmaster()), Signal::SIGKILL),
            Crash::ImmediateStop => end(self.postmaster(), Signal::SIGQUIT).await,
            Crash::Postmaster => end(self.postmaster(), Signal::SIGKILL).await,
            Crash::Service | Crash::Both => {
                let postmaster = self.postmaster();
                if crash == Crash::Both {
                    send(postmaster, Signal::SIGKILL);
                }
                self.process.kill().await;
                if crash == Crash::Both {
                    // What a start beside a PostgreSQL that is ending does, `kills` tests.
                    ended(postmaster).await;
                }
                self.process = self.start().await;
            }
            Crash::DiskFull => {
                let disk = self.disk.expect("a small disk");
                disk.fill();
                // Whatever is answered meanwhile.
                tokio::time::sleep(Duration::from_millis(700)).await;
                disk.make_room();
            }
        }
        self.place.send_replace(None);
        self.process.ready().await;
    }
}

fn send(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).unwrap();
}

/// Ends a process, and returns when it has: until then it may say that it is ready.
async fn end(pid: i32, signal: Signal) {
    send(pid, signal);
    ended(pid).await;
}

/// Returns when a process has ended, also where its parent does not ask for its status.
async fn ended(pid: i32) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    while kill(Pid::from_raw(pid), None).is_ok() && !stat().contains(") Z ") {
        assert!(Instant::now() < deadline, "{pid} does not end");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A process of the server that serves a connection.
fn backend_of(postmaster: i32) -> i32 {
    let processes = fs::read_dir("/proc").unwrap();
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut backends = pids.filter(|pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let parent = after_name.split_whitespace().nth(1).unwrap_or_default();
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        parent == postmaster.to_string() && line.contains("[local]")
    });
    backends.next().expect("a connection is served")
}

async fn start(scratch: &Scratch, provider: &Provider) -> Process {
    let mut settings = vec![("JWT_SECRET", SECRET), ("LOG_LEVEL", "warn,server=info")];
    let base = provider.url();
    settings.push(("LLM_BASE_URL", &base));
    for limit in [
        "GUEST_LIMIT",
        "REFRESH_LIMIT",
        "KEY_LIMIT",
        "SHARE_LIMIT",
        "LOGIN_LIMIT",
    ] {
        settings.push((limit, "off"));
    }
    let process = Process::embedded(scratch, &settings).await;
    process.ready().await;
    process
}

/// Commits wait for 10 ms each, as on a slow disk.
fn slow_down(scratch: &Scratch) {
    let settings = scratch.path().join("postgres/postgresql.auto.conf");
    let mut file = fs::OpenOptions::new().append(true).open(settings).unwrap();
    file.write_all(b"commit_delay = 10000\ncommit_siblings = 0\n")
        .unwrap();
    send(scratch.postmaster().unwrap(), Signal::SIGHUP);
}

fn random(below: u64) -> u64 {
    RandomState::new().hash_one(0) % below
}

/// Crashes so many times; compares the service with its acknowledgements.
async fn survive(crash: Crash, rounds: usize) {
    let load = if rounds < 100 { LOAD } else { LOAD_OF_HUNDRED };
    let disk = match crash {
        Crash::DiskFull => match SmallDisk::mount() {
            None => {
                return println!("DiskFull: skipped, since a file system cannot be mounted here");
            }
            mounted => mounted,
        },
        _ => None,
    };
    let own = Scratch::new();
    let scratch = disk.as_ref().map_or(&own, |disk| &disk.0);
    let provider = Provider::obliging();
    let process = start(scratch, &provider).await;
    slow_down(scratch);
    let (counted, count) = watch::channel(0);
    let (place, at) = watch::channel(Some(process.url.clone()));
    let (counted, odd) = (Arc::new(counted), Arc::<Mutex<Vec<String>>>::default());
    let mut round = Round {
        scratch,
        disk: disk.as_ref(),
        provider: &provider,
        process,
        place,
        count,
    };
    let begun = Instant::now();
    let mut all: Vec<Arc<Mutex<Ledger>>> = Vec::new();
    let mut found = Differences::default();
    for _ in 0..rounds {
        let mut writers = JoinSet::new();
        let mut ledgers = Vec::new();
        for _ in 0..WRITERS {
            let writer = Writer::new(at.clone(), Arc::clone(&counted), Arc::clone(&odd));
            ledgers.push(Arc::clone(&writer.ledger));
            writers.spawn(writer.run());
        }
        round.progress(load).await;
        tokio::time::sleep(Duration::from_millis(random(50))).await;
        round.crash(crash).await;
        // Each writer may be in the middle of a request that is still answered.
        writers.shutdown().await;
        found.add(compare(&round.process.url, &ledgers).await);
        all.append(&mut ledgers);
        round.place.send_replace(Some(round.process.url.clone()));
    }
    found.add(compare(&round.process.url, &all).await);
    let acknowledged: usize = all
        .iter()
        .map(|ledger| ledger.lock().unwrap().acknowledged)
        .sum();
    let odd = odd.lock().unwrap().clone();
    println!(
        "{crash:?}: {rounds} rounds, {acknowledged} acknowledged, {} lost, {} came back, {} odd \
         answers, {:?}",
        found.lost.len(),
        found.back.len(),
        odd.len(),
        begun.elapsed()
    );
    for (number, sample) in by_kind(&odd) {
        println!("{number} times: {sample}");
    }
    assert!(found.lost.is_empty(), "lost: {:#?}", found.lost);
    assert!(found.back.is_empty(), "came back: {:#?}", found.back);
    assert!(odd.is_empty(), "neither success nor 503, see above");
}

/// How often each kind of answer came, and one of them.
fn by_kind(answers: &[String]) -> Vec<(usize, &String)> {
    let mut kinds: BTreeMap<String, (usize, &String)> = BTreeMap::new();
    for answer in answers {
        // Of ids, only the kind.
        let words = answer.split(['/', ' ', '"', ',']);
        let words =
            words.filter(|word| !word.chars().any(|c| c.is_ascii_digit()) || word.len() == 3);
        let kind = words.collect::<Vec<_>>().join(" ");
        kinds.entry(kind).or_insert((0, answer)).0 += 1;
    }
    kinds.into_values().collect()
}

/// How often each kind happens: `usual` times in the tests of each change.
fn rounds(usual: usize) -> usize {
    match std::env::var_os("JAN_TEST_SOAK").is_some() {
        true => 100,
        false => extent::either(usual, 10),
    }
}

async fn survive_usually(crash: Crash, usual: usize) {
    match rounds(usual) {
        0 => println!("{crash:?}: skipped (scripts/test --all)"),
        rounds => survive(crash, rounds).await,
    }
}

#[tokio::test]
async fn a_killed_backend_neither_loses_nor_restores_data() {
    survive_usually(Crash::Backend, 1).await;
}

#[tokio::test]
async fn an_immediate_stop_neither_loses_nor_restores_data() {
    survive_usually(Crash::ImmediateStop, 0).await;
}

#[tokio::test]
async fn a_killed_postmaster_neither_loses_nor_restores_data() {
    survive_usually(Crash::Postmaster, 0).await;
}

#[tokio::test]
async fn a_killed_service_neither_loses_nor_restores_data() {
    survive_usually(Crash::Service, 0).await;
}

#[tokio::test]
async fn both_killed_at_once_neither_lose_nor_restore_data() {
    survive_usually(Crash::Both, 0).await;
}

#[tokio::test]
async fn a_full_disk_neither_loses_nor_restores_data() {
    survive_usually(Crash::DiskFull, 0).await;
}
