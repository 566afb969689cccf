use std::env;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio_postgres::NoTls;

use crate::account::SystemUser;
use crate::log::ServerLog;
use crate::paths::{ClusterPaths, url};
use crate::{EmbeddedError, EmbeddedPostgres, Options, ThrowawayPostgres, find_programs};
use infra::storage::DiskRoom;

/// A directory under /tmp, removed when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(format!("/tmp/embedded-test-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn options(&self) -> Options {
        Options {
            data_dir: self.0.join("data"),
            pg_bin: None,
            max_connections: 5,
            durable: false,
            storage: DiskRoom::unmeasured(),
        }
    }

    fn paths(&self) -> ClusterPaths {
        let data_dir = self.0.join("data");
        let account = SystemUser::for_cluster(&data_dir.join("postgres")).unwrap();
        ClusterPaths::open(&data_dir, account).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn run(url: &str, sql: &str) -> Result<String, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let rows = client.simple_query(sql).await?;
    drop(client);
    let _ = connection.await;
    Ok(rows
        .iter()
        .find_map(|row| match row {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .unwrap_or_default())
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn kill_now(pid: u32) {
    kill(Pid::from_raw(pid.try_into().unwrap()), Signal::SIGKILL).unwrap();
}

/// Runs the ignored test `role` of this file in a process of its own, which prints one line.
fn other_process(role: &str, data_dir: &Path) -> (Child, BufReader<ChildStdout>, String) {
    let module = module_path!().split_once("::").unwrap().1;
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            &format!("{module}::{role}"),
            "--ignored",
            "--nocapture",
        ])
        .env("EMBEDDED_TEST_DATA_DIR", data_dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("ready ") {
        line.clear();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "{role} ended");
    }
    (
        child,
        output,
        line.trim_start_matches("ready ").trim_end().to_owned(),
    )
}

#[tokio::test]
#[ignore = "a process for other tests to kill"]
async fn service_process() {
    let Some(data_dir) = env::var_os("EMBEDDED_TEST_DATA_DIR") else {
        return;
    };
    let options = Options {
        data_dir: data_dir.into(),
        pg_bin: None,
        max_connections: 5,
        durable: true,
        storage: DiskRoom::unmeasured(),
    };
    let postgres = EmbeddedPostgres::start(options).await.unwrap();
    run(
        postgres.database_url(),
        "create table kept as select 42 as answer",
    )
    .await
    .unwrap();
    println!("ready {}", postgres.postmaster_pid().unwrap());
    std::future::pending::<()>().await;
}

#[tokio::test]
#[ignore = "a process for other tests to kill"]
async fn throwaway_process() {
    if env::var_os("EMBEDDED_TEST_DATA_DIR").is_none() {
        return;
    }
    let postgres = ThrowawayPostgres::start(None, 5).await.unwrap();
    run(postgres.database_url(), "create database another")
        .await
        .unwrap();
    println!("ready {}", postgres.data_dir().display());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_postmaster_is_restarted_beside_a_busy_backend_and_keeps_what_was_committed() {
    let scratch = Scratch::new("killed, \"post master\"");
    let postgres = EmbeddedPostgres::start(scratch.options()).await.unwrap();
    let url = postgres.database_url().to_owned();
    run(&url, "create table kept as select 42 as answer")
        .await
        .unwrap();
    let busy = tokio::spawn({
        let url = url.clone();
        async move { run(&url, "select count(*) from generate_series(1, 3000000)").await }
    });
    eventually("a busy backend", async || {
        let sql = "select count(*) from pg_stat_activity where query like '%_series%' \
                   and state = 'active' and pid <> pg_backend_pid()";
        run(&url, sql).await.unwrap() == "1"
    })
    .await;

    let killed = postgres.postmaster_pid().unwrap();
    kill_now(killed);
    eventually("its death being noticed", async || {
        postgres.postmaster_pid() != Some(killed)
    })
    .await;
    eventually("a restart", async || postgres.postmaster_pid().is_some()).await;
    assert_eq!(run(&url, "select answer from kept").await.unwrap(), "42");
    let _ = busy.await;

    postgres.stop().await;
    assert!(run(&url, "select 1").await.is_err());
    assert!(!scratch.0.join("data/postgres/postmaster.pid").exists());
}

#[tokio::test]
async fn a_killed_service_leaves_nothing_that_keeps_the_next_from_starting() {
    let scratch = Scratch::new("service");
    let (mut service, _output, orphan) =
        other_process("service_process", &scratch.options().data_dir);

    let refused = EmbeddedPostgres::start(scratch.options())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(&format!("another instance (process {})", service.id())),
        "{refused}"
    );

    service.kill().unwrap();
    service.wait().unwrap();
    let postgres = EmbeddedPostgres::start(scratch.options()).await.unwrap();
    assert_ne!(postgres.postmaster_pid().unwrap().to_string(), orphan);
    let url = postgres.database_url();
    assert_eq!(run(url, "select answer from kept").await.unwrap(), "42");

    let open = format!("/proc/{}/fd", postgres.postmaster_pid().unwrap());
    let mut links = fs::read_dir(open).into_iter().flatten().flatten();
    assert!(!links.any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to.ends_with("data/lock"))));
    postgres.stop().await;
}

#[tokio::test]
async fn leftovers_of_earlier_lives_do_no_harm() {
    let scratch = Scratch::new("leftovers");
    let mut options = scratch.options();
    // Too long for a socket, which goes elsewhere then.
    options.data_dir = scratch.0.join("long".repeat(30)).join("data");
    let unfinished = options.data_dir.join("postgres.unfinished-0");
    fs::create_dir_all(unfinished.join("base")).unwrap();
    EmbeddedPostgres::start(options.clone())
        .await
        .unwrap()
        .stop()
        .await;
    eventually("its removal", async || !unfinished.exists()).await;

    // A process that got the number of the last postmaster, and runs as the same user.
    let account = SystemUser::for_cluster(&options.data_dir.join("postgres")).unwrap();
    let mut stranger = account.command("sleep").arg("60").spawn().unwrap();
    let file = options.data_dir.join("postgres/postmaster.pid");
    for content in [
        format!("{}\n/elsewhere\n1\n5432\n", stranger.id()),
        String::new(),
    ] {
        fs::write(&file, content).unwrap();
        account.own(&file).unwrap();
        let postgres = EmbeddedPostgres::start(options.clone()).await.unwrap();
        assert_eq!(run(postgres.database_url(), "select 7").await.unwrap(), "7");
        postgres.stop().await;
    }
    assert!(stranger.try_wait().unwrap().is_none());
    stranger.kill().unwrap();
    stranger.wait().unwrap();

    fs::remove_file(options.data_dir.join("postgres/global/pg_control")).unwrap();
    let failed = EmbeddedPostgres::start(options)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        failed.contains("could not find the database system"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_throwaway_goes_when_its_process_is_killed() {
    let (mut process, _output, directory) = other_process("throwaway_process", Path::new("."));
    assert!(
        Path::new(&directory)
            .join("postgres/postmaster.pid")
            .exists()
    );
    process.kill().unwrap();
    process.wait().unwrap();
    eventually("its removal", async || !Path::new(&directory).exists()).await;
}

#[tokio::test]
async fn files_that_are_no_database_are_left_alone() {
    let scratch = Scratch::new("foreign");
    let file = scratch.0.join("data/postgres/diary.txt");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "mine").unwrap();
    let refused = EmbeddedPostgres::start(scratch.options())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, EmbeddedError::NotACluster(_)),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn programs_are_found_of_the_version_that_made_the_cluster() {
    let scratch = Scratch::new("versions");
    let programs = find_programs(None).unwrap();
    let directory = programs.postgres.parent().unwrap();
    assert_eq!(find_programs(Some(directory)).unwrap(), programs);
    let missing = find_programs(Some(&scratch.0)).unwrap_err().to_string();
    assert!(
        missing.starts_with(&format!("PG_BIN is {}", scratch.0.display())),
        "{missing}"
    );

    fs::write(scratch.0.join("PG_VERSION"), "9\n").unwrap();
    let other = crate::programs::find_for(Some(directory), &scratch.0)
        .unwrap_err()
        .to_string();
    assert!(
        other.contains("made by PostgreSQL 9, and only PostgreSQL"),
        "{other}"
    );
}

#[test]
fn the_socket_directory_is_never_one_that_others_can_open() {
    let scratch = Scratch::new("socket");
    let mut paths = scratch.paths();
    paths.data_dir = paths.data_dir.join("x".repeat(100));
    let first = paths.socket_dir().unwrap();
    assert_eq!(paths.socket_dir().unwrap(), first);
    fs::set_permissions(&first, Permissions::from_mode(0o755)).unwrap();
    let second = paths.socket_dir().unwrap();
    assert_ne!(second, first);
    fs::remove_dir(&second).unwrap();
    symlink(&first, &second).unwrap();
    let third = paths.socket_dir().unwrap();
    assert!(![&first, &second].contains(&&third));
    fs::remove_file(second).unwrap();
    [first, third]
        .iter()
        .for_each(|path| fs::remove_dir(path).unwrap());
}

#[test]
fn the_log_is_bounded_and_its_end_can_be_read() {
    let scratch = Scratch::new("log");
    let paths = scratch.paths();
    let log = ServerLog::new(paths.log());
    fs::write(paths.log(), "old\n").unwrap();
    let (_file, start) = log.open(&paths.account).unwrap();
    fs::write(paths.log(), "old\nnew\nnewer\n").unwrap();
    assert_eq!(log.tail(start), "new\nnewer");

    // Whatever others write after it.
    let others = "FATAL:  connection to client lost\n".repeat(1_000);
    fs::write(paths.log(), format!("old\nFATAL:  refused\n{others}")).unwrap();
    assert!(log.says(start, "refused"));
    assert!(!log.says(start, "old"));
    assert!(!log.tail(start).contains("refused"));

    fs::write(paths.log(), vec![b'x'; 11 * 1024 * 1024]).unwrap();
    log.bound().unwrap();
    assert_eq!(fs::metadata(paths.log()).unwrap().len(), 0);
    assert_eq!(
        fs::metadata(paths.log().with_extension("log.1"))
            .unwrap()
            .len(),
        10 << 20
    );
    assert_eq!(log.tail(start), "");
}

#[test]
fn the_url_is_read_back_as_the_path() {
    let path = Path::new("/a b/ü,c:@/%2F?#\"/run");
    let config: tokio_postgres::Config = url(path).parse().unwrap();
    assert_eq!(
        config.get_hosts(),
        [tokio_postgres::config::Host::Unix(path.to_owned())]
    );
}
