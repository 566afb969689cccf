//! Standard error, written by a separate thread. A pipe that is not read, or a stopped terminal,
//! blocks only that thread; lines that do not fit into memory meanwhile are dropped and counted.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// The most bytes that wait to be written.
const MOST_WAITING: usize = 4 * 1024 * 1024;

/// The bytes of a waiting line in addition to its text.
const OVERHEAD: usize = 64;

/// How long the end of the process waits for unwritten lines.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the first line of a batch waits for others: each of them is queued without waking the
/// writing thread, and all are written together.
const GATHER: Duration = Duration::from_millis(5);

/// How many bytes are written together.
const AT_ONCE: usize = 64 * 1024;

/// The pause when standard error is non-blocking and full.
const PAUSE: Duration = Duration::from_millis(10);

/// The queue to standard error. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LogOutput {
    messages: Sender<Message>,
    state: Arc<LogQueue>,
}

#[derive(Debug, Default)]
struct LogQueue {
    waiting: AtomicUsize,
    lost: AtomicU64,
}

#[derive(Debug)]
enum Message {
    Line(Vec<u8>),
    /// Answered when all earlier lines are written.
    Finish(SyncSender<()>),
}

impl LogOutput {
    /// Begins to write to standard error.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn start() -> io::Result<Self> {
        // A separate handle, so that other users of standard error never wait for this thread. Without
        // standard error, lines are dropped.
        let written = io::stderr().as_fd().try_clone_to_owned().map(File::from);
        match written {
            Ok(file) => Self::to(file),
            Err(_) => Self::to(io::sink()),
        }
    }

    fn to(written: impl Write + Send + 'static) -> io::Result<Self> {
        let (messages, received) = mpsc::channel();
        let state = Arc::new(LogQueue::default());
        let kept = Arc::clone(&state);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&received, &kept, written))?;
        Ok(Self { messages, state })
    }

    /// Writes a text that is not a line of the log.
    pub fn say(&self, text: &str) {
        self.add(format!("{text}\n").as_bytes());
    }

    /// Waits until all lines are written, at most a second.
    pub fn finish(&self) {
        let (ending, ended) = mpsc::sync_channel(1);
        if self.messages.send(Message::Finish(ending)).is_ok() {
            // If standard error is not read, this cannot be reported.
            let _ = ended.recv_timeout(PATIENCE);
        }
    }

    fn add(&self, line: &[u8]) {
        let size = line.len() + OVERHEAD;
        let waiting = self.state.waiting.fetch_add(size, Ordering::Relaxed);
        let fits = waiting + size <= MOST_WAITING;
        if !fits || self.messages.send(Message::Line(line.to_vec())).is_err() {
            self.state.waiting.fetch_sub(size, Ordering::Relaxed);
            self.state.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write_all(messages: &Receiver<Message>, state: &LogQueue, mut written: impl Write) {
    let mut batch = Batch::default();
    while let Ok(first) = messages.recv() {
        if matches!(first, Message::Line(_)) {
            thread::sleep(GATHER);
        }
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => {
                    if batch.text.len() + line.len() > AT_ONCE {
                        batch.write(state, &mut written);
                    }
                    batch.add(&line);
                }
                Message::Finish(ending) => {
                    batch.write(state, &mut written);
                    // The caller may have given up waiting.
                    let _ = ending.try_send(());
                }
            }
            next = messages.try_recv().ok();
        }
        batch.write(state, &mut written);
    }
}

/// Lines that are written together.
#[derive(Default)]
struct Batch {
    text: Vec<u8>,
    lines: usize,
}

impl Batch {
    fn add(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.lines += 1;
    }

    fn write(&mut self, state: &LogQueue, written: &mut impl Write) {
        if self.lines == 0 {
            return;
        }
        write(written, &self.text);
        let size = self.text.len() + self.lines * OVERHEAD;
        let waiting = state.waiting.fetch_sub(size, Ordering::Relaxed) - size;
        self.lines = 0;
        self.text.clear();
        self.text.shrink_to(AT_ONCE);
        let lost = match waiting < MOST_WAITING / 2 {
            true => state.lost.swap(0, Ordering::Relaxed),
            false => 0,
        };
        if lost > 0 {
            tracing::warn!(
                lines = lost,
                "lines of the log were lost, because standard error was not read"
            );
        }
    }
}

/// Writes as much as possible. If standard error is closed, that cannot be reported.
fn write(written: &mut impl Write, mut line: &[u8]) {
    while !line.is_empty() {
        match written.write(line) {
            Ok(0) => return,
            Ok(length) => line = line.get(length..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
            Err(_) => return,
        }
    }
}

impl<'a> MakeWriter<'a> for LogOutput {
    type Writer = LogLine<'a>;

    fn make_writer(&'a self) -> LogLine<'a> {
        LogLine(self)
    }
}

/// One line, written in one piece.
pub struct LogLine<'a>(&'a LogOutput);

impl Write for LogLine<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.add(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::SyncSender;
    use std::time::Instant;

    /// A standard error that is read when the test says so.
    struct Pipe(SyncSender<Vec<u8>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let sent = self.0.send(bytes.to_vec());
            sent.map_err(|_| io::Error::from(ErrorKind::BrokenPipe))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_do_not_fit_are_lost_and_counted() {
        let (pipe, read) = mpsc::sync_channel(0);
        let output = LogOutput::to(Pipe(pipe)).unwrap();
        let subscriber = tracing_subscriber::fmt().with_writer(output.clone());
        // The writing thread must find the same subscriber.
        subscriber.with_ansi(false).init();
        let line = vec![b'x'; MOST_WAITING / 8];
        let begun = Instant::now();
        (0..20).for_each(|_| output.add(&line));
        output.finish();
        // Not once for each line.
        assert!(begun.elapsed() < PATIENCE * 12);
        let lost = output.state.lost.load(Ordering::Relaxed);
        assert!((13..=13).contains(&lost), "{lost}");
        let mut lines = read.iter();
        let line = lines.find(|line| !line.starts_with(b"xx")).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert!(line.contains("lines of the log were lost"), "{line}");
        assert!(line.contains(&format!("lines={lost}")), "{line}");
    }

    #[test]
    fn a_closed_standard_error_is_borne() {
        let (pipe, read) = mpsc::sync_channel(0);
        drop(read);
        let output = LogOutput::to(Pipe(pipe)).unwrap();
        output.say("this line is lost");
        output.finish();
        assert_eq!(output.state.waiting.load(Ordering::Relaxed), 0);
    }
}
