//! Free space on the disk. An embedded database shares its file system with other files, so the
//! free space is measured: below the reserve no more data is stored, and the rest is for deleting.
//! An external database only reports when it finds no space itself.

mod ballast;
mod disk;
mod reserve;
mod space;

pub use reserve::Reserve;
pub use space::Space;

use disk::Disk;
use domain::error::{Error, Result};
use domain::mutex::locked;
use domain::storage::Room;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How long a database counts as full after it has found no room.
const FRESH: Duration = Duration::from_secs(60);

/// The known room on the disk. One per service.
#[derive(Debug, Default)]
pub struct DiskRoom {
    reserve: Reserve,
    disk: OnceLock<Disk>,
    /// When PostgreSQL last found no room.
    met: Mutex<Option<Instant>>,
}

impl DiskRoom {
    /// For a database elsewhere, or one whose disk is not measured.
    #[must_use]
    pub fn unmeasured() -> Arc<Self> {
        Arc::default()
    }

    /// For an embedded database, once its directory is known.
    #[must_use]
    pub fn with_reserve(reserve: Reserve) -> Arc<Self> {
        Arc::new(Self {
            reserve,
            ..Self::default()
        })
    }

    /// Measures the file system of this directory. Does not make the ballast yet, but gives it up
    /// if there is too little room for PostgreSQL to start.
    ///
    /// # Errors
    /// The file system cannot be asked, or the ballast of an earlier run cannot be read.
    pub fn open(&self, data_dir: &Path) -> io::Result<()> {
        if let Some(disk) = Disk::around(data_dir, self.reserve)? {
            disk.relieve();
            // A second call would be for another DATA_DIR, which a service does not have.
            let _ = self.disk.set(disk);
        }
        Ok(())
    }

    /// The size in MiB to which PostgreSQL's write-ahead log may grow: on a small disk a large log
    /// would use up the reserve.
    #[must_use]
    pub fn wal_mib(&self) -> u64 {
        self.disk.get().map_or(Disk::MOST_WAL_MIB, Disk::wal_mib)
    }

    /// Measures the disk regularly, for ever.
    pub async fn watch(self: Arc<Self>) {
        if self.disk.get().is_none() {
            return std::future::pending().await;
        }
        loop {
            let storage = Arc::clone(&self);
            let measured =
                tokio::task::spawn_blocking(move || storage.disk.get().map(Disk::measure));
            match measured.await {
                Ok(Some(pause)) => tokio::time::sleep(pause).await,
                // The runtime is shutting down.
                _ => std::future::pending().await,
            }
        }
    }

    /// Makes room after PostgreSQL has died or failed to start, since a full disk may be the cause.
    pub async fn relieve(self: &Arc<Self>) {
        let storage = Arc::clone(self);
        let relieved = tokio::task::spawn_blocking(move || {
            if let Some(disk) = storage.disk.get() {
                disk.relieve();
            }
        });
        // This fails only where the runtime is shutting down.
        let _ = relieved.await;
    }

    /// Notes that PostgreSQL has found no room.
    pub(crate) fn met(self: &Arc<Self>) {
        let now = Instant::now();
        let before = locked(&self.met).replace(now);
        if before.is_none_or(|before| now - before > FRESH) {
            tracing::warn!("PostgreSQL has no room to store more");
        }
        let storage = Arc::clone(self);
        tokio::spawn(async move { storage.relieve().await });
    }

    /// Whether the database should look for room inside its tables.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        self.disk.get().is_some_and(Disk::wants_more)
    }

    /// Sets the free bytes inside the tables of the database.
    pub fn can_reuse(&self, bytes: u64) {
        if let Some(disk) = self.disk.get() {
            disk.can_reuse(bytes);
        }
    }

    fn is_below_reserve(&self) -> bool {
        self.disk.get().is_some_and(Disk::is_full)
    }
}

#[async_trait::async_trait]
impl Room for DiskRoom {
    fn is_full(&self) -> bool {
        let met = *locked(&self.met);
        self.is_below_reserve() || met.is_some_and(|met| met.elapsed() < FRESH)
    }

    fn check(&self) -> Result<()> {
        match self.is_below_reserve() {
            true => Err(Error::StorageFull { found: None }),
            false => Ok(()),
        }
    }

    async fn make_way(&self) {
        if let Some(disk) = self.disk.get().filter(|disk| disk.is_full()) {
            // Measures again, since other programs may be filling the disk. Measuring and removing
            // a file are quicker than a request.
            disk.relieve();
        }
    }
}
