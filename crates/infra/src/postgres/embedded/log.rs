//! PostgreSQL's own log: one file, and one older one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::account::Account;

const MAX_BYTES: u64 = 10 * 1024 * 1024;
const TAIL_BYTES: u64 = 16 * 1024;
const TAIL_LINES: usize = 12;

#[derive(Debug, Clone)]
pub(super) struct Log {
    path: PathBuf,
}

impl Log {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the log to append to, as PostgreSQL's output; the second value is where it starts.
    pub(super) fn open(&self, account: &Account) -> io::Result<(File, u64)> {
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
    pub(super) fn tail(&self, start: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            let end = file.metadata()?.len();
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

    /// Keeps the log bounded. PostgreSQL holds the file open for appending, so it is copied and
    /// emptied in place; a line written in between is lost, which a log can bear.
    pub(super) fn bound(&self) -> io::Result<()> {
        match fs::metadata(&self.path) {
            Ok(metadata) if metadata.len() > MAX_BYTES => {
                fs::copy(&self.path, self.path.with_extension("log.1"))?;
                OpenOptions::new().write(true).open(&self.path)?.set_len(0)
            }
            _ => Ok(()),
        }
    }
}
