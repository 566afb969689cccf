//! The free space that the file system reports.

use nix::sys::statvfs::statvfs;
use std::io;
use std::path::Path;

/// With fewer free files than this, the disk is full, also if bytes are free.
const FILES: u64 = 64;

/// The size of a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// The bytes that users other than root may still write.
    pub free: u64,
    pub(super) total: u64,
}

impl Space {
    /// Asks the file system in which this path lies.
    ///
    /// # Errors
    /// The path does not exist or cannot be reached.
    pub fn around(path: &Path) -> io::Result<Self> {
        let found = statvfs(path)?;
        let block = wide(found.fragment_size());
        // Some file systems do not count files.
        let has_files = found.files() == 0 || wide(found.files_available()) >= FILES;
        let free = match has_files {
            true => wide(found.blocks_available()),
            false => 0,
        };
        Ok(Self {
            free: free.saturating_mul(block),
            total: wide(found.blocks()).saturating_mul(block),
        })
    }
}

/// The types of these numbers differ from system to system.
fn wide(number: impl Into<u64>) -> u64 {
    number.into()
}
