//! Readers of an answer while it is written.

use crate::error::{Error, Result};
use crate::id::ConversationId;
use crate::title::Title;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

/// How many bytes a reader may fall behind. A slower reader is dropped; the reply is stored all the
/// same.
const MOST_BEHIND: usize = 4 * 1024 * 1024;

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
    behind: Arc<AtomicUsize>,
}

impl AudienceEvents {
    /// `None`: the reader was too slow, or the server is ending.
    pub async fn next(&mut self) -> Option<AudienceEvent> {
        let event = self.receiver.recv().await?;
        if let AudienceEvent::Chunk(json) = &event {
            self.behind.fetch_sub(json.len(), Ordering::Relaxed);
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

/// The other end of [`AudienceEvents`].
pub(super) struct Audience {
    sender: Option<mpsc::UnboundedSender<AudienceEvent>>,
    behind: Arc<AtomicUsize>,
}

impl Audience {
    pub(super) fn new() -> (Self, AudienceEvents) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let behind = Arc::new(AtomicUsize::new(0));
        let events = AudienceEvents {
            receiver,
            behind: Arc::clone(&behind),
        };
        let sender = Some(sender);
        (Self { sender, behind }, events)
    }

    pub(super) fn show(&mut self, json: String) {
        let Some(sender) = &self.sender else { return };
        let length = json.len();
        let behind = self.behind.fetch_add(length, Ordering::Relaxed) + length;
        if behind > MOST_BEHIND || sender.send(AudienceEvent::Chunk(json)).is_err() {
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
