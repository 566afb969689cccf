//! Reading files from untrusted places: a pipe, a device or an endless file could otherwise block
//! the start for ever or fill the memory.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nix::fcntl::OFlag;

/// Opens a regular file for reading. Links are followed; the target must be a regular file.
///
/// # Errors
/// The file cannot be opened, or is not a regular file.
pub fn open(path: &Path) -> io::Result<(File, Metadata)> {
    // Opening a pipe without a writer would block; a terminal would become this process's own.
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)?;
    let metadata = file.metadata()?;
    match metadata.is_file() {
        true => Ok((file, metadata)),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// Checks that a file which other code will read to its end is regular and short.
///
/// # Errors
/// The file cannot be opened, is not a regular file, or has more than `most` bytes.
pub fn must_be_short(path: &Path, most: u64) -> io::Result<()> {
    match open(path)?.1.len() {
        length if length <= most => Ok(()),
        _ => Err(io::Error::other(format!("it has more than {most} bytes"))),
    }
}

/// The text of an open file, which must be short.
///
/// # Errors
/// The file cannot be read, is not UTF-8, or has more than `most` bytes.
pub fn text_of(file: File, most: u64) -> io::Result<String> {
    let mut text = String::new();
    // The length of the file is not enough to know: files under /proc report none.
    let read = file.take(most + 1).read_to_string(&mut text)?;
    match u64::try_from(read) {
        Ok(length) if length <= most => Ok(text),
        _ => Err(io::Error::other(format!("it has more than {most} bytes"))),
    }
}

/// The text of a regular file, which must be short.
///
/// # Errors
/// As [`open`] and [`text_of`].
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    text_of(open(path)?.0, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;
    use std::fs;

    #[test]
    fn only_a_short_regular_file_is_read() {
        let directory = std::env::temp_dir().join(format!("jan-files-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let path = |name: &str| directory.join(name);
        fs::write(path("short"), "1234").unwrap();
        fs::write(path("long"), "12345").unwrap();
        fs::write(path("odd"), b"\xff").unwrap();
        nix::unistd::mkfifo(&path("pipe"), Mode::S_IRUSR).unwrap();
        std::os::unix::fs::symlink("short", path("link")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("endless")).unwrap();
        assert_eq!(text(&path("short"), 4).unwrap(), "1234");
        assert_eq!(text(&path("link"), 4).unwrap(), "1234");
        for name in ["long", "odd", "pipe", "endless", "absent", "."] {
            assert!(text(&path(name), 4).is_err(), "{name}");
            let is_odd = name == "odd";
            assert_eq!(must_be_short(&path(name), 4).is_ok(), is_odd, "{name}");
        }
        fs::remove_dir_all(&directory).unwrap();
    }
}
