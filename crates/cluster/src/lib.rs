//! An embedded PostgreSQL without setup: the system's own server programs, run as a private
//! cluster.
//!
//! The cluster lives in `DATA_DIR/postgres`, is fully durable, listens on no network, and is
//! reached through a socket that only its user (and root) can open. The service and PostgreSQL may
//! be killed at any moment: the next start, or the supervisor of a running service, cleans up and
//! starts PostgreSQL again without help.

mod account;
mod error;
mod initdb;
mod lock;
mod log;
mod orphan;
mod paths;
mod programs;
mod server;
mod settings;
mod supervisor;
#[cfg(test)]
mod tests;
mod throwaway;
mod vacuum;

use std::path::{self, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use account::SystemUser;
use error::Doing;
use lock::Lock;
use paths::ClusterPaths;
use server::Server;
use supervisor::Supervisor;

use infra::storage::DiskRoom;

pub use error::EmbeddedError;
pub use paths::default_data_dir;
pub use programs::{Programs, find_programs};
pub use throwaway::{ThrowawayPostgres, in_memory};

/// The settings for starting it.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory for all data; created if needed.
    pub data_dir: PathBuf,
    /// The directory of PostgreSQL's server programs; by default they are searched for.
    pub pg_bin: Option<PathBuf>,
    /// How many connections the service opens at most.
    pub max_connections: u16,
    /// Whether committed data survives a crash of the machine. Only tests do without.
    pub durable: bool,
    /// Is notified about the room on the disk.
    pub storage: Arc<DiskRoom>,
}

/// A running PostgreSQL with a supervisor: if it dies it is started again, and meanwhile
/// connections fail.
///
/// [`EmbeddedPostgres::stop`] stops it; dropping the value stops it in the background.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    url: String,
    data_dir: PathBuf,
    pid: Arc<AtomicU32>,
    stop: oneshot::Sender<()>,
    supervisor: JoinHandle<()>,
}

/// The connection string of a PostgreSQL that another process runs in this directory. Access to the
/// socket is enough to connect.
///
/// # Errors
/// The user that PostgreSQL runs as is not known, or the directory cannot be reached.
pub fn running_url(data_dir: &path::Path) -> Result<String, EmbeddedError> {
    let data_dir = path::absolute(data_dir).doing(|| format!("find {}", data_dir.display()))?;
    let account = SystemUser::for_cluster(&data_dir.join("postgres"))?;
    let socket_dir = ClusterPaths::open(&data_dir, account)?.socket_dir()?;
    Ok(paths::url(&socket_dir))
}

impl EmbeddedPostgres {
    /// Makes the cluster if it does not exist, starts it, and returns when it answers a connection.
    /// Stops a PostgreSQL that outlived its killed service first. The supervisor is a task on the
    /// current runtime, which must live as long as the service does.
    ///
    /// # Errors
    ///
    /// When PostgreSQL's programs are missing or of another version than the cluster, when another
    /// instance uses the directory, when the user PostgreSQL runs as cannot reach it, or when
    /// PostgreSQL does not start, with the end of its log.
    pub async fn start(options: Options) -> Result<Self, EmbeddedError> {
        let begun = Instant::now();
        let data_dir = path::absolute(&options.data_dir)
            .doing(|| format!("find {}", options.data_dir.display()))?;
        let cluster = data_dir.join("postgres");
        let account = SystemUser::for_cluster(&cluster)?;
        let programs = programs::find_for(options.pg_bin.as_deref(), &cluster)?;
        account.must_reach(&programs.postgres)?;
        let paths = ClusterPaths::open(&data_dir, account)?;
        let lock = Lock::take(&paths)?;
        let storage = Arc::clone(&options.storage);
        storage
            .open(&paths.data_dir)
            .doing(|| format!("measure the file system of {}", paths.data_dir.display()))?;
        initdb::ensure(&paths, &programs, options.durable).await?;
        let server = Server::new(
            &paths,
            &programs,
            options.max_connections,
            options.durable,
            &storage,
        )?;
        let postmaster = server.start().await?;

        tracing::info!(
            data_dir = %paths.data_dir.display(),
            version = programs.major,
            milliseconds = begun.elapsed().as_millis(),
            "embedded PostgreSQL is running"
        );
        let url = server.url();
        let watches = [
            tokio::spawn(Arc::clone(&storage).watch()).abort_handle(),
            tokio::spawn(vacuum::run(url.clone(), Arc::clone(&storage))).abort_handle(),
            tokio::spawn(vacuum::keep_log_short(url.clone(), Arc::clone(&storage))).abort_handle(),
        ];
        let (stop, stopped) = oneshot::channel();
        let pid = Arc::new(AtomicU32::new(postmaster.pid().unwrap_or(0)));
        let supervisor = Supervisor {
            server,
            pid: Arc::clone(&pid),
            stop: stopped,
            lock,
            storage,
            watches,
        };
        let supervisor = tokio::spawn(supervisor.run(postmaster));
        Ok(Self {
            url,
            data_dir: paths.data_dir,
            pid,
            stop,
            supervisor,
        })
    }

    /// A connection string for tokio-postgres. It names a socket, and stays the same when
    /// PostgreSQL is restarted.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.url
    }

    /// The directory of all data, absolute.
    #[must_use]
    pub fn data_dir(&self) -> &path::Path {
        &self.data_dir
    }

    /// The process id of the postmaster; `None` while it is being restarted.
    #[must_use]
    pub fn postmaster_pid(&self) -> Option<u32> {
        match self.pid.load(Ordering::Relaxed) {
            0 => None,
            pid => Some(pid),
        }
    }

    /// Ends all sessions, stops PostgreSQL cleanly, then releases the directory. Finish all work
    /// before this call.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.supervisor.await {
            tracing::error!(%error, "PostgreSQL's supervisor failed");
        }
    }
}
