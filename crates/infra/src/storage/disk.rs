//! The file system of an embedded database: its free space, and the ballast.

use super::ballast::Ballast;
use super::reserve::{self, Reserve};
use super::space::Space;
use domain::mutex::locked;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// How often the disk is measured, with plenty of room and with little.
const CALM: Duration = Duration::from_secs(1);
const ALERT: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Disk {
    directory: PathBuf,
    /// The bytes that must stay free.
    reserve: u64,
    /// The size of the file system.
    total: u64,
    /// Below this many bytes, PostgreSQL's log may find no room for its next segment.
    critical: u64,
    ballast: Mutex<Ballast>,
    free: AtomicU64,
    /// The reusable bytes inside the tables of the database.
    reusable: AtomicU64,
    is_low: AtomicBool,
    is_full: AtomicBool,
    /// Whether it was logged that the ballast cannot be made.
    lacks_ballast: AtomicBool,
}

impl Disk {
    pub(super) const MOST_WAL_MIB: u64 = 1024;

    /// The size of the log: at least two segments of 16 MiB, the minimum of PostgreSQL.
    pub(super) fn wal_mib(&self) -> u64 {
        ((self.total / 20) >> 20).clamp(32, Self::MOST_WAL_MIB)
    }

    /// `None` where no reserve is wanted.
    pub(super) fn around(directory: &Path, reserve: Reserve) -> io::Result<Option<Self>> {
        let space = Space::around(directory)?;
        let Some(reserve) = reserve.of(space.total) else {
            // A ballast of an earlier run would only take room.
            Ballast::of(directory, 0)?;
            return Ok(None);
        };
        let size = reserve::ballast(reserve);
        let ballast = Ballast::of(directory, size)?;
        let disk = Self {
            directory: directory.to_owned(),
            reserve,
            total: space.total,
            critical: size / 2,
            free: AtomicU64::new(space.free),
            reusable: AtomicU64::new(0),
            is_low: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            ballast: Mutex::new(ballast),
            lacks_ballast: AtomicBool::new(false),
        };
        let usable = usable(space.free, &disk.ballast());
        disk.judge(usable);
        Ok(Some(disk))
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Whether the file system has too little room, so that the database should look for its own.
    pub(super) fn wants_more(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Sets the reusable bytes inside the tables.
    pub(super) fn can_reuse(&self, bytes: u64) {
        self.reusable.store(bytes, Ordering::Relaxed);
    }

    /// Measures the disk, and adjusts the ballast; returns the time until the next measurement.
    pub(super) fn measure(&self) -> Duration {
        let mut ballast = self.ballast();
        let Ok(free) = self.free() else {
            return CALM;
        };
        let mut usable = usable(free, &ballast);
        self.judge(usable);
        // Half of the ballast is for PostgreSQL's log, so that it does not stop; the other half is
        // kept for deletions, since concurrent writes would use it up as well.
        if free < self.critical && ballast.held() > self.critical {
            self.shrink(&mut ballast, self.critical);
        } else if !self.is_low.load(Ordering::Relaxed) && ballast.missing() > 0 {
            self.make(&mut ballast);
            usable = self
                .free()
                .map_or(usable, |free| self::usable(free, &ballast));
        }
        match usable < self.reserve.saturating_mul(2) {
            true => ALERT,
            false => CALM,
        }
    }

    /// Gives up the whole ballast if there is hardly any room.
    pub(super) fn relieve(&self) {
        let mut ballast = self.ballast();
        match self.free() {
            Ok(free) if free < self.critical && ballast.held() > 0 => self.shrink(&mut ballast, 0),
            _ => {}
        }
    }

    fn free(&self) -> io::Result<u64> {
        let space = Space::around(&self.directory).inspect_err(|error| {
            tracing::warn!(%error, "the free space of DATA_DIR cannot be measured");
        })?;
        self.free.store(space.free, Ordering::Relaxed);
        Ok(space.free)
    }

    /// Decides whether the disk is full. Writes begin again only when a little more than the
    /// reserve is free, so that they do not begin and end all the time. Room inside the tables
    /// counts as well; but new data does not always fit there, so half of the reserve must be free
    /// in any case.
    fn judge(&self, usable: u64) {
        let was_full = self.is_full();
        let wanted = match was_full {
            true => self.reserve + self.reserve / 20,
            false => self.reserve,
        };
        let is_low = usable < wanted;
        if !is_low {
            self.can_reuse(0);
        }
        let reusable = self.reusable.load(Ordering::Relaxed);
        let is_full =
            is_low && (usable < self.reserve / 2 || usable.saturating_add(reusable) < wanted);
        self.is_low.store(is_low, Ordering::Relaxed);
        self.is_full.store(is_full, Ordering::Relaxed);
        let (usable, reusable, reserve) = (usable >> 20, reusable >> 20, self.reserve >> 20);
        match (was_full, is_full) {
            (false, true) => tracing::warn!(
                free_mib = usable,
                reserve_mib = reserve,
                "less than DISK_RESERVE is free: nothing more is stored; reading and deleting go on"
            ),
            (true, false) => {
                tracing::info!(
                    free_mib = usable,
                    reusable_mib = reusable,
                    reserve_mib = reserve,
                    "there is room again"
                );
            }
            _ => {}
        }
    }

    fn shrink(&self, ballast: &mut Ballast, size: u64) {
        match ballast.shrink(size) {
            Ok(()) => tracing::warn!(
                left_mib = ballast.held() >> 20,
                "the disk is full: ballast is given up, so that deleting goes on"
            ),
            Err(error) => tracing::error!(%error, "the ballast cannot be given up"),
        }
        // Measures the free space again at once.
        let _ = self.free();
    }

    fn make(&self, ballast: &mut Ballast) {
        match ballast.make() {
            Ok(()) => self.lacks_ballast.store(false, Ordering::Relaxed),
            Err(error) if !self.lacks_ballast.swap(true, Ordering::Relaxed) => {
                tracing::warn!(%error, "there is no ballast on DATA_DIR's file system");
            }
            Err(_) => {}
        }
    }

    fn ballast(&self) -> MutexGuard<'_, Ballast> {
        locked(&self.ballast)
    }
}

/// The free room once the ballast is whole again.
fn usable(free: u64, ballast: &Ballast) -> u64 {
    free.saturating_sub(ballast.missing())
}
