//! A disk that is really full: a small file system of memory, where the system lets us mount one.

use crate::answer::Answer;
use crate::app::{Actor, PASSWORD, SECRET, id};
use crate::extent;
use crate::process::{PATIENCE, Process, Scratch};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const MIB: u64 = 1 << 20;

/// A file system of this size alone, which goes with the test.
struct Disk {
    path: PathBuf,
    /// A file that another program has written.
    foreign: PathBuf,
}

impl Disk {
    /// `None`, with a message, if mounting is not permitted.
    fn of(mebibytes: u64, name: &str) -> Option<Self> {
        let path = PathBuf::from(format!("/tmp/jan-it-disk-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        let options = format!("size={mebibytes}m,mode=755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&path)
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            let foreign = path.join("foreign");
            return Some(Self { path, foreign });
        }
        fs::remove_dir(&path).unwrap();
        println!("skipped: a file system cannot be mounted here");
        None
    }

    fn scratch(&self) -> Scratch {
        Scratch::at(self.path.join("data"))
    }

    fn free(&self) -> u64 {
        let found = nix::sys::statvfs::statvfs(&self.path).unwrap();
        found.blocks_available() * found.fragment_size()
    }

    /// Another program writes until so much is left.
    fn fill(&self, left: u64) {
        while self.free() > left && self.take(self.free() - left) > 0 {}
    }

    /// Another program writes at most so many bytes, as long as there is room; returns how many.
    fn take(&self, most: u64) -> u64 {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.foreign)
            .unwrap();
        let noise = vec![7_u8; 64 * 1024];
        let mut taken = 0;
        while taken < most {
            let more = (most - taken).min(64 * 1024).min(self.free());
            let more = usize::try_from(more).unwrap();
            if more == 0 || file.write_all(&noise[..more]).is_err() {
                break;
            }
            taken += more as u64;
        }
        taken
    }

    fn clear(&self) {
        let _ = fs::remove_file(&self.foreign);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a PostgreSQL of a test that failed may still end.
        let _ = Command::new("umount").arg("-l").arg(&self.path).output();
        let _ = fs::remove_dir(&self.path);
    }
}

/// Text that no compression makes smaller, and that differs from number to number.
fn noise(number: usize, bytes: usize) -> String {
    static NOISE: LazyLock<String> = LazyLock::new(|| {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-";
        let letter = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(letters[usize::try_from(state >> 58).unwrap()])
        };
        (0..900_000).map(letter).collect()
    });
    format!("{number} {}", &NOISE[..bytes])
}

/// Asks until it holds.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "{what} does not come to be");
        sleep(Duration::from_millis(50)).await;
    }
}

fn is_full(answer: &Answer) -> bool {
    answer.status == 503 && answer.json()["error"]["code"] == "storage_full"
}

/// A conversation that is written to.
struct Writer {
    actor: Actor,
    conversation: String,
    /// Item to content.
    acknowledged: HashMap<String, String>,
}

impl Writer {
    async fn of(actor: Actor) -> Self {
        Self {
            conversation: actor.conversation(json!({})).await,
            actor,
            acknowledged: HashMap::new(),
        }
    }

    fn path(&self) -> String {
        format!("/v1/conversations/{}", self.conversation)
    }

    async fn write(&mut self, bytes: usize) -> Answer {
        let content = noise(self.acknowledged.len(), bytes);
        let body = json!({ "role": "user", "content": content });
        let items = format!("{}/items", self.path());
        let answer = self.actor.post(&items, body).await;
        if answer.status == 201 {
            self.acknowledged.insert(id(&answer.json()), content);
        }
        answer
    }

    /// Whether all acknowledged data is there, and no other data except from cut-off requests.
    async fn must_have_all(&self) {
        let answer = self.actor.get(&self.path()).await.expect(200);
        let items = answer["items"].as_array().unwrap();
        let found: HashMap<_, _> = items
            .iter()
            .map(|item| (id(item), item["content"].as_str().unwrap()))
            .collect();
        for (id, content) in &self.acknowledged {
            assert_eq!(found.get(id), Some(&content.as_str()), "{id} is lost");
        }
    }
}

/// Operations that work while the disk is full, all of them for an account.
async fn goes_on(process: &Process, account: &Value, writer: &mut Writer) {
    let actor = &writer.actor;
    actor.get("/v1/conversations").await.expect(200);
    actor.get(&writer.path()).await.expect(200);
    actor.get("/auth/me").await.expect(200);
    let credentials = json!({ "email": account["user"]["email"], "password": PASSWORD });
    let anon = process.anon();
    let session = anon.post("/auth/login", credentials).await.expect(200);
    let body = json!({ "refresh_token": session["refresh_token"] });
    let next = anon.post("/auth/refresh-token", body).await.expect(200);
    let body = json!({ "refresh_token": next["refresh_token"] });
    anon.post("/auth/logout", body).await.expect_nothing(204);
    if let Some(item) = writer.acknowledged.keys().next().cloned() {
        let path = format!("{}/items/{item}", writer.path());
        actor.delete(&path).await.expect_nothing(204);
        writer.acknowledged.remove(&item);
    }
}

/// PostgreSQL ends, as where its log finds no room. Reading and deleting wait until it is back.
async fn goes_on_through_a_restart(
    (process, scratch): (&Process, &Scratch),
    actor: &Actor,
    (read, deleted): (&str, &str),
) {
    let postmaster = scratch.postmaster().expect("it runs");
    kill(Pid::from_raw(postmaster), Signal::SIGKILL).unwrap();
    process.log.line("PostgreSQL died").await;
    let (read, deleted) = tokio::join!(actor.get(read), actor.delete(deleted));
    read.expect(200);
    deleted.expect_nothing(204);
}

#[tokio::test]
async fn a_disk_that_others_fill_refuses_only_writes() {
    let Some(disk) = Disk::of(640, "foreign") else {
        return;
    };
    let scratch = disk.scratch();
    let mut process = Process::embedded(&scratch, &[("JWT_SECRET", SECRET)]).await;
    let body = json!({ "email": "a@example.com", "password": PASSWORD });
    let account = process
        .anon()
        .post("/auth/register", body)
        .await
        .expect(201);
    let token = account["access_token"].as_str().map(str::to_owned);
    let mut writer = Writer::of(Actor::of(&process.url, token)).await;
    for _ in 0..8 {
        writer.write(20_000).await.expect(201);
    }
    let actor = writer.actor.clone();
    let key = id(&actor.key("mine").await);
    let share = actor.share(&writer.conversation, json!({})).await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(actor.conversation(json!({})).await);
    }
    let ballast = scratch.path().join("ballast");
    eventually("ballast", async || ballast.exists()).await;

    // Less than the reserve of 64 MiB is left.
    disk.fill(20 * MIB);
    eventually("a refusal", async || is_full(&writer.write(1_000).await)).await;
    let refused = writer.write(1_000).await;
    assert_eq!(refused.header("retry-after"), "60");
    let ready = process.anon().get("/readyz").await.expect(200);
    assert_eq!(ready, json!({ "status": "ready", "storage": "full" }));
    process.log.line("less than DISK_RESERVE is free").await;
    goes_on(&process, &account, &mut writer).await;

    let path = |number: usize| format!("/v1/conversations/{}", others[number]);
    goes_on_through_a_restart((&process, &scratch), &actor, (&path(2), &path(3))).await;

    // Others take all that is free, and half of the ballast, which goes at once. The other half is for deletions; where
    // PostgreSQL was in the middle of something, it has gone, too.
    let held = || fs::metadata(&ballast).map_or(0, |ballast| ballast.len());
    let mut wanted = (disk.free() + held()).saturating_sub(32 * MIB);
    eventually("half of it", async || {
        wanted -= disk.take(wanted);
        wanted == 0 || held() <= 32 * MIB && disk.free() == 0
    })
    .await;
    goes_on(&process, &account, &mut writer).await;
    // Of what that frees PostgreSQL may have taken one segment for its log.
    assert!(!ballast.exists(), "it was not given up for a deletion");
    for path in [
        format!("/v1/shares/{share}"),
        format!("/auth/api-keys/{key}"),
        path(0),
    ] {
        actor.delete(&path).await.expect_nothing(204);
    }
    let body = json!({ "conversation_ids": [others[1]] });
    let deleted = actor.post("/v1/conversations/bulk-delete", body).await;
    assert_eq!(deleted.expect(200)["deleted_count"], 1);
    assert!(is_full(&writer.write(1_000).await));
    writer.must_have_all().await;

    // A service that starts on such a disk, with the ballast gone, does as much.
    process.kill().await;
    process = Process::embedded(&scratch, &[("JWT_SECRET", SECRET)]).await;
    process.ready().await;
    let token = writer.actor.token.clone();
    writer.actor = Actor::of(&process.url, token);
    goes_on(&process, &account, &mut writer).await;
    assert!(is_full(&writer.write(1_000).await));

    disk.clear();
    eventually("room", async || writer.write(1_000).await.status == 201).await;
    writer.must_have_all().await;
    eventually("the ballast", async || ballast.exists()).await;
    let ready = process.anon().get("/readyz").await.expect(200);
    assert_eq!(ready["storage"], "ok");
}

#[tokio::test]
async fn a_disk_that_the_service_fills_is_never_quite_full() {
    if !extent::is_due() {
        return;
    }
    let Some(disk) = Disk::of(208, "itself") else {
        return;
    };
    let scratch = disk.scratch();
    let process = Process::embedded(&scratch, &[("JWT_SECRET", SECRET)]).await;
    let mut writer = Writer::of(process.alice()).await;
    loop {
        let answer = writer.write(900_000).await;
        match answer.status {
            201 => assert!(writer.acknowledged.len() < 300, "it does not fill"),
            _ => break assert!(is_full(&answer), "{}", answer.text()),
        }
    }
    assert!(disk.free() > 8 * MIB, "{} bytes are left", disk.free());
    assert!(writer.acknowledged.len() > 20);
    writer.must_have_all().await;
    let alice = writer.actor.clone();
    // Deleting makes room, without other help.
    writer
        .actor
        .delete(&writer.path())
        .await
        .expect_nothing(204);
    eventually("room", async || {
        let body = json!({ "title": "after" });
        alice.post("/v1/conversations", body).await.status == 201
    })
    .await;
}

/// Without a reserve PostgreSQL runs into the end of the disk, in the middle of anything.
#[tokio::test]
async fn a_disk_without_a_reserve_loses_no_data_and_recovers_by_itself() {
    if !extent::is_due() {
        return;
    }
    let Some(disk) = Disk::of(224, "none") else {
        return;
    };
    let scratch = disk.scratch();
    let settings = [("JWT_SECRET", SECRET), ("DISK_RESERVE", "off")];
    let process = Process::embedded(&scratch, &settings).await;
    let mut writer = Writer::of(process.alice()).await;
    for round in 0..3_u64 {
        disk.fill((round * 7 + 3) * MIB);
        let mut refused = 0;
        while refused < 20 {
            let answer = writer.write(300_000).await;
            assert!(matches!(answer.status, 201 | 503), "{}", answer.text());
            refused += u32::from(answer.status == 503);
        }
        disk.clear();
        eventually("room", async || writer.write(1_000).await.status == 201).await;
        writer.must_have_all().await;
        println!(
            "round {round}: {} acknowledged, 0 lost",
            writer.acknowledged.len()
        );
    }
}
