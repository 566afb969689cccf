//! A file that only occupies space: deleting it frees the space at once.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The unit of a file's block count (stat(2)).
const BLOCK: u64 = 512;

#[derive(Debug)]
pub(super) struct Ballast {
    path: PathBuf,
    /// The wanted size in bytes.
    wanted: u64,
    /// The current size in bytes.
    held: u64,
}

impl Ballast {
    /// The ballast in this directory, of the size that an earlier run left.
    pub(super) fn of(directory: &Path, wanted: u64) -> io::Result<Self> {
        let mut ballast = Self {
            path: directory.join("ballast"),
            wanted,
            held: 0,
        };
        ballast.held = ballast.size()?;
        if ballast.held > wanted {
            ballast.shrink(wanted)?;
        }
        Ok(ballast)
    }

    pub(super) fn held(&self) -> u64 {
        self.held
    }

    /// The bytes that are missing from the wanted size. They must be free before more may be
    /// stored.
    pub(super) fn missing(&self) -> u64 {
        self.wanted.saturating_sub(self.held)
    }

    /// Frees all bytes above `size`.
    pub(super) fn shrink(&mut self, size: u64) -> io::Result<()> {
        let done = match size {
            0 => fs::remove_file(&self.path),
            size => OpenOptions::new()
                .write(true)
                .open(&self.path)
                .and_then(|file| file.set_len(size)),
        };
        match done {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => self.held = self.size()?,
        }
        Ok(())
    }

    /// Makes the file as large as wanted. If that fails, the file does not exist.
    pub(super) fn make(&mut self) -> io::Result<()> {
        let made = self.grow();
        if made.is_err() {
            let _ = fs::remove_file(&self.path);
        }
        self.held = self.size()?;
        made
    }

    fn grow(&self) -> io::Result<()> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)?;
        allocate(&file, self.wanted)?;
        let metadata = file.metadata()?;
        match metadata.blocks() * BLOCK >= self.wanted / 10 * 9 {
            true => Ok(()),
            // Such as a file system that compresses.
            false => Err(io::Error::other("the file system keeps no room for a file")),
        }
    }

    fn size(&self) -> io::Result<u64> {
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) => Ok(metadata.len().min(metadata.blocks() * BLOCK)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn allocate(file: &fs::File, size: u64) -> io::Result<()> {
    let size = i64::try_from(size).map_err(io::Error::other)?;
    Ok(nix::fcntl::posix_fallocate(file, 0, size)?)
}

#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn allocate(mut file: &fs::File, size: u64) -> io::Result<()> {
    use std::io::Write as _;
    let zeros = [0_u8; 64 * 1024];
    let mut missing = size;
    while missing > 0 {
        let length = usize::try_from(missing).map_or(zeros.len(), |left| left.min(zeros.len()));
        file.write_all(zeros.get(..length).unwrap_or_default())?;
        missing -= length as u64;
    }
    file.sync_all()
}
