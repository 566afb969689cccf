//! PgBouncer between the service and PostgreSQL: it forgets whose statement was whose when a
//! connection closes, so work has to be called off before.

use crate::answer::Answer;
use crate::app::TestApp;
use crate::db::{RUNTIME, Schema};
use crate::process::{self, Process};
use crate::proxy::socket_of;
use nix::sys::signal::Signal;
use nix::unistd::Uid;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::task::AbortHandle;

struct Pooler {
    directory: PathBuf,
    url: String,
    supervised: AbortHandle,
}

impl Pooler {
    /// `None` where it is not installed.
    async fn to(schema: &Schema, role: &str, mode: &str) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
        let program = program
            .iter()
            .find(|program| fs::exists(program).unwrap_or(false))?;
        let directory = PathBuf::from(format!("/tmp/jan-pooler-{mode}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        // It refuses to run as root.
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let socket = socket_of(schema);
        let host = socket.parent().unwrap().display();
        let settings = format!(
            "[databases]\n* = host={host} port=5432 user={role}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n\
             logfile = {0}/log\npidfile = {0}/pid\n\
             server_reset_query = discard all\nignore_startup_parameters = options\n",
            directory.display()
        );
        let file = directory.join("pgbouncer.ini");
        fs::write(&file, settings).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let mut command = Command::new(program);
        command.arg(&file).stdin(Stdio::null()).kill_on_drop(true);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if Uid::effective().is_root() {
            // The socket is open to the cluster's user only.
            use std::os::unix::fs::MetadataExt as _;
            let owner = fs::metadata(&socket).unwrap();
            command.uid(owner.uid()).gid(owner.gid());
        }
        let supervised = RUNTIME.spawn(supervise(command)).abort_handle();
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(Instant::now() < deadline, "PgBouncer does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (_, rest) = schema.url().split_once('@').unwrap();
        let (_, rest) = rest.split_once('/').unwrap();
        let (database, _) = rest.split_once('?').unwrap();
        Some(Self {
            directory,
            url: format!("postgres://{role}@127.0.0.1:{port}/{database}?sslmode=disable"),
            supervised,
        })
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.supervised.abort();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Starts it again where it ends, as an operator's system does: PgBouncer 1.18, which Debian 12 has, dies
/// when the client of a statement that was called off leaves.
async fn supervise(mut pooler: Command) {
    loop {
        let ended = pooler.spawn().unwrap().wait().await;
        println!("PgBouncer has ended, and is started again: {ended:?}");
    }
}

/// A role with the schema's search path, which a pooler does not pass on.
async fn role(schema: &Schema) -> String {
    let name = schema.value("select current_schema()").await;
    let role = format!("pooled_{name}");
    let make =
        format!("create role {role} superuser login; alter role {role} set search_path = {name}");
    schema.rows(&make).await;
    role
}

#[tokio::test]
async fn a_pooler_that_forgets_prepared_statements_is_refused_at_the_start() {
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    let Some(pooler) = Pooler::to(&schema, &role, "transaction").await else {
        println!("skipped: there is no pgbouncer");
        return;
    };
    let settings = [
        ("DATABASE_URL", pooler.url.as_str()),
        ("JWT_SECRET", "a secret that is long enough for this"),
    ];
    let ended = process::output(&["serve", "--http-port", "0"], &settings).await;
    assert!(!ended.status.success());
    let said = process::text(&ended.stderr);
    assert!(said.contains("does not keep prepared statements"), "{said}");
    assert!(
        said.contains("1.21") && said.contains("pool_mode"),
        "{said}"
    );
}

#[tokio::test]
async fn a_pooler_in_session_mode_is_served_through() {
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    let Some(pooler) = Pooler::to(&schema, &role, "session").await else {
        println!("skipped: there is no pgbouncer");
        return;
    };
    for _ in 0..2 {
        let mut served = Process::external(&pooler.url, &[]).await;
        served.ready().await;
        let alice = served.alice();
        alice.conversation(json!({ "title": "Through it" })).await;
        served.signal(Signal::SIGTERM);
        served.ended().await;
    }
}

/// PgBouncer 1.18 may also close one of our other connections when a statement is called off (its issue 801),
/// and then the service cannot tell that it is only busy.
fn must_be_refused(answer: &Answer) {
    let code = answer.json()["error"]["code"].clone();
    assert_eq!(answer.status, 503, "{code}");
    let codes = ["server_busy", "database_unavailable"];
    assert!(codes.iter().any(|known| code == *known), "{code}");
}

#[tokio::test]
async fn refused_work_is_not_stored_later_behind_a_pooler() {
    if std::env::var("JAN_TEST_SOAK").is_err() {
        println!("skipped (scripts/test --soak)");
        return;
    }
    let schema = Schema::migrated().await;
    let role = role(&schema).await;
    let Some(pooler) = Pooler::to(&schema, &role, "session").await else {
        println!("skipped: there is no pgbouncer");
        return;
    };
    let database = Schema::at(pooler.url.clone()).database(2);
    let app = TestApp::serve(schema, database, |_| {});
    let alice = app.alice();
    let conversation = alice.conversation(json!({ "title": "Before" })).await;
    let other = app.schema.connected().await;
    let lock = format!(
        "begin; select from conversations where id = '{}' for update",
        crate::rows::stored(&conversation)
    );
    other.batch_execute(&lock).await.unwrap();
    let path = format!("/v1/conversations/{conversation}/items");
    let message = |call_id| json!({ "role": "user", "content": "x", "call_id": call_id });
    let (one, two) = tokio::join!(
        alice.post(&path, message("1")),
        alice.post(&path, message("2"))
    );
    must_be_refused(&one);
    must_be_refused(&two);
    other.batch_execute("commit").await.unwrap();
    // Whatever still runs comes to its end.
    let running = "select count(*) from pg_stat_activity where state = 'active' and query ilike \
                   '%items%' and pid <> pg_backend_pid()";
    let deadline = Instant::now() + Duration::from_secs(60);
    while app.schema.value(running).await != "0" {
        assert!(Instant::now() < deadline, "something is still running");
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut found = alice.get(&path).await;
    while found.status == 503 && Instant::now() < deadline {
        found = alice.get(&path).await;
    }
    assert_eq!(found.expect(200)["data"], json!([]));
    alice.post(&path, message("3")).await.expect(201);
}
