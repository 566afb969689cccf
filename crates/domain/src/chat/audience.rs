//! Readers of an answer while it is written.

use crate::admission::Permit;
use crate::error::{Error, Result};
use crate::id::ConversationId;
use crate::mutex::locked;
use crate::title::Title;
use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// How many bytes a reader may fall behind. A slower reader is dropped; the reply is stored all the
/// same.
const MOST_BEHIND: usize = 4 * 1024 * 1024;

/// How many of these bytes need no memory of their own: those that each stream is counted with.
const OF_A_STREAM: usize = 512 * 1024;

/// What a reader has not read yet.
struct Unread {
    bytes: AtomicUsize,
    /// The memory of what is more than [`OF_A_STREAM`].
    memory: Mutex<Permit>,
}

impl Unread {
    /// Counts more bytes. `false`: they are too many, or there is no memory for them.
    fn grows(&self, more: usize) -> bool {
        let bytes = self.bytes.fetch_add(more, Ordering::Relaxed) + more;
        if bytes <= OF_A_STREAM {
            return true;
        }
        let mut memory = locked(&self.memory);
        let needed = (bytes - OF_A_STREAM) as u64;
        let more = needed.saturating_sub(memory.units());
        bytes <= MOST_BEHIND && memory.grow(more).is_ok()
    }

    /// Nobody will read any more.
    fn is_gone(&self) {
        locked(&self.memory).shrink_to(0);
    }

    /// Bytes were read. Their memory is free again when the reader has almost caught up.
    fn shrinks(&self, less: usize) {
        let before = self.bytes.fetch_sub(less, Ordering::Relaxed);
        if before > OF_A_STREAM && before - less <= OF_A_STREAM {
            locked(&self.memory).shrink_to(0);
        }
    }
}

/// An event for the readers of an answer.
#[derive(Debug)]
pub enum AudienceEvent {
    /// A part of the answer, as the provider sent it: never the last part.
    Chunk(String),
    /// The last part, once the turn is stored.
    Kept(KeptTurn),
    /// The reply failed, or could not be stored; the turn is not stored at all.
    Failed(Error),
}

/// A turn that was stored.
#[derive(Debug)]
pub struct KeptTurn {
    /// The answer, or the last part of it, as the provider sent it; `None`: the provider sent no
    /// separate part that marks the end.
    pub last: Option<String>,
    pub conversation: ConversationId,
    pub title: Option<Title>,
    /// Set where the turn was cancelled before the answer was complete; then `last` is `None`.
    pub cancelled: Option<CancelledAnswer>,
}

/// The kept part of an answer that was cancelled.
#[derive(Debug)]
pub struct CancelledAnswer {
    /// Empty if the model had not written any text yet, or if the answer comes in one piece.
    pub text: String,
    pub model: Option<String>,
    pub at: DateTime<Utc>,
}

/// The events of an answer while the model writes it.
pub struct AudienceEvents {
    receiver: mpsc::UnboundedReceiver<AudienceEvent>,
    unread: Arc<Unread>,
}

impl AudienceEvents {
    /// `None`: the reader was too slow, or the server is ending.
    pub async fn next(&mut self) -> Option<AudienceEvent> {
        let event = self.receiver.recv().await?;
        if let AudienceEvent::Chunk(json) = &event {
            self.unread.shrinks(json.len());
        }
        Some(event)
    }

    /// Stops listening. Returns a failure that was sent and not received.
    pub fn leave(&mut self) -> Option<Error> {
        self.receiver.close();
        while let Ok(event) = self.receiver.try_recv() {
            if let AudienceEvent::Failed(error) = event {
                return Some(error);
            }
        }
        None
    }
}

impl Drop for AudienceEvents {
    fn drop(&mut self) {
        // What was not read is dropped, too.
        self.unread.is_gone();
    }
}

/// The other end of [`AudienceEvents`].
pub(super) struct Audience {
    sender: Option<mpsc::UnboundedSender<AudienceEvent>>,
    unread: Arc<Unread>,
}

impl Audience {
    /// `memory` holds no units yet. It grows where the reader falls behind.
    pub(super) fn new(memory: Permit) -> (Self, AudienceEvents) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let unread = Arc::new(Unread {
            bytes: AtomicUsize::new(0),
            memory: Mutex::new(memory),
        });
        let events = AudienceEvents {
            receiver,
            unread: Arc::clone(&unread),
        };
        let sender = Some(sender);
        (Self { sender, unread }, events)
    }

    pub(super) fn show(&mut self, json: String) {
        let Some(sender) = &self.sender else { return };
        if !self.unread.grows(json.len()) {
            // The reader gets what it has not read yet.
            self.sender = None;
        } else if sender.send(AudienceEvent::Chunk(json)).is_err() {
            self.unread.is_gone();
            self.sender = None;
        }
    }

    /// Sends the last event. Returns a failure that no reader is left to receive.
    pub(super) fn end(self, event: AudienceEvent) -> Result<()> {
        let unheard = match self.sender {
            Some(sender) => sender.send(event).err().map(|unsent| unsent.0),
            None => Some(event),
        };
        match unheard {
            Some(AudienceEvent::Failed(error)) => Err(error),
            Some(AudienceEvent::Chunk(_) | AudienceEvent::Kept(_)) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{Budget, BudgetLimits, Caller};

    /// Whether the reader is still there after so many bytes that it has not read.
    fn is_read(audience: &mut Audience, bytes: usize) -> bool {
        audience.show("x".repeat(bytes));
        audience.sender.is_some()
    }

    #[test]
    fn what_a_slow_reader_has_not_read_is_counted_until_it_is_read() {
        let budget = Budget::new(BudgetLimits::parts(1 << 20, 1));
        let permit = || budget.nothing(Caller::Service);
        let (mut audience, mut events) = Audience::new(permit());
        assert!(is_read(&mut audience, OF_A_STREAM));
        assert_eq!(budget.held(), 0);
        assert!(is_read(&mut audience, 1000));
        assert_eq!(budget.held(), 1000);
        // The writer has ended, and the reader has not.
        drop(audience);
        assert_eq!(budget.held(), 1000);
        assert!(matches!(
            events.receiver.try_recv(),
            Ok(AudienceEvent::Chunk(_))
        ));
        events.unread.shrinks(OF_A_STREAM);
        assert_eq!(budget.held(), 0);

        // The reader has left, and the writer goes on.
        let (mut audience, events) = Audience::new(permit());
        assert!(is_read(&mut audience, OF_A_STREAM + 1000));
        drop(events);
        assert_eq!(budget.held(), 0);
        assert!(!is_read(&mut audience, 1000));
        assert_eq!(budget.held(), 0);

        // Without memory for it, a reader is dropped.
        let (mut audience, events) = Audience::new(permit());
        assert!(is_read(&mut audience, OF_A_STREAM + (1 << 20)));
        assert!(!is_read(&mut audience, 1));
        drop((audience, events));
        assert_eq!(budget.held(), 0);
    }
}
