//! Who reads along while an answer is written.

use crate::conversations::Title;
use crate::error::{Error, Result};
use crate::id::ConversationId;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

/// How many bytes a reader may be behind. One that falls back further is left; the reply is stored
/// all the same.
const MOST_BEHIND: usize = 4 * 1024 * 1024;

/// What whoever reads along gets to see.
#[derive(Debug)]
pub enum Event {
    /// A part of the answer, as the provider sent it: never the last one.
    Chunk(String),
    /// The last part, once the turn is stored.
    Kept(Kept),
    /// There is no reply, or it could not be stored; nothing of the turn is.
    Failed(Error),
}

/// A turn that was stored.
#[derive(Debug)]
pub struct Kept {
    /// The answer, or the last part of it, as the provider sent it; `None`: it broke no part off
    /// that says that it has come to its end.
    pub last: Option<String>,
    pub conversation: ConversationId,
    pub title: Option<Title>,
    /// The turn was ended before the answer was; then there is no last part.
    pub cancelled: Option<Cancelled>,
}

/// What was kept of an answer that was ended.
#[derive(Debug)]
pub struct Cancelled {
    /// Empty where nothing was said by then, or nothing was told before the whole.
    pub text: String,
    pub model: Option<String>,
    pub at: DateTime<Utc>,
}

/// An answer as it is written.
pub struct Events {
    receiver: mpsc::UnboundedReceiver<Event>,
    behind: Arc<AtomicUsize>,
}

impl Events {
    /// `None`: the reader was too slow, or the server is ending.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.receiver.recv().await?;
        if let Event::Chunk(json) = &event {
            self.behind.fetch_sub(json.len(), Ordering::Relaxed);
        }
        Some(event)
    }

    /// Stops listening. A failure that was told by then and not heard comes back.
    pub fn leave(&mut self) -> Option<Error> {
        self.receiver.close();
        while let Ok(event) = self.receiver.try_recv() {
            if let Event::Failed(error) = event {
                return Some(error);
            }
        }
        None
    }
}

/// The other end of [`Events`].
pub(super) struct Audience {
    sender: Option<mpsc::UnboundedSender<Event>>,
    behind: Arc<AtomicUsize>,
}

impl Audience {
    pub(super) fn new() -> (Self, Events) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let behind = Arc::new(AtomicUsize::new(0));
        let events = Events {
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
        if behind > MOST_BEHIND || sender.send(Event::Chunk(json)).is_err() {
            self.sender = None;
        }
    }

    /// Tells how it ended. A failure that nobody is there to hear comes back.
    pub(super) fn end(self, event: Event) -> Result<()> {
        let unheard = match self.sender {
            Some(sender) => sender.send(event).err().map(|unsent| unsent.0),
            None => Some(event),
        };
        match unheard {
            Some(Event::Failed(error)) => Err(error),
            Some(Event::Chunk(_) | Event::Kept(_)) | None => Ok(()),
        }
    }
}
