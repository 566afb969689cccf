//! PostgreSQL's own log: one file, and one older file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::account::SystemUser;
use infra::files;

const MAX_BYTES: u64 = 10 * 1024 * 1024;
const TAIL_BYTES: u64 = 16 * 1024;
const TAIL_LINES: usize = 12;
/// A postmaster that refuses to start says why within this number of bytes.
const HEAD_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, Clone)]
pub(crate) struct ServerLog {
    path: PathBuf,
}

impl ServerLog {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the log for appending, as PostgreSQL's output; the second value is the current end.
    pub(crate) fn open(&self, account: &SystemUser) -> io::Result<(File, u64)> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?;
        account.own(&self.path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    /// The last lines written since `start`, for an error.
    pub(crate) fn tail(&self, start: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let (mut file, metadata) = files::open(&self.path)?;
            let end = metadata.len();
            file.seek(SeekFrom::Start(start.max(end.saturating_sub(TAIL_BYTES))))?;
            let mut bytes = Vec::new();
            file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let text = read().unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines
            .iter()
            .skip(lines.len().saturating_sub(TAIL_LINES))
            .copied()
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Whether a line since `start` has these words. Backends of an earlier postmaster may write
    /// there, too, and many lines.
    pub(crate) fn says(&self, start: u64, words: &str) -> bool {
        let read = || -> io::Result<Vec<u8>> {
            let (mut file, _) = files::open(&self.path)?;
            file.seek(SeekFrom::Start(start))?;
            let mut bytes = Vec::new();
            file.take(HEAD_BYTES).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let text = read().unwrap_or_default();
        String::from_utf8_lossy(&text).contains(words)
    }

    /// Keeps the log bounded. PostgreSQL holds the file open for appending, so the end of the file
    /// is copied and the file is truncated in place. A line written in between is lost, which is
    /// acceptable for a log. If there is no room for a copy, none is made.
    pub(crate) fn bound(&self) -> io::Result<()> {
        let length = match fs::metadata(&self.path) {
            Ok(metadata) => metadata.len(),
            Err(_) => return Ok(()),
        };
        if length <= MAX_BYTES {
            return Ok(());
        }
        let older = self.path.with_extension("log.1");
        let kept = self.copy_end(length, &older);
        if kept.is_err() {
            let _ = fs::remove_file(&older);
        }
        OpenOptions::new()
            .write(true)
            .open(&self.path)?
            .set_len(0)
            .and(kept)
    }

    fn copy_end(&self, length: u64, older: &Path) -> io::Result<()> {
        let (mut file, _) = files::open(&self.path)?;
        file.seek(SeekFrom::Start(length.saturating_sub(MAX_BYTES)))?;
        let mut older = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(older)?;
        io::copy(&mut file.take(MAX_BYTES), &mut older).map(drop)
    }
}
