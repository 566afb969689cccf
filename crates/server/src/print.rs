//! The output of commands.

use std::io::{self, ErrorKind, Write as _};

/// Writes a line to standard output. If the reader has closed it, as `head` does, that is not a
/// failure.
///
/// # Errors
/// The line cannot be written for another reason.
pub fn line(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let written = writeln!(output, "{text}").and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
