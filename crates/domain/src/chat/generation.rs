//! The answer to a chat that goes into a conversation. It belongs to the server: it is written to
//! its end and stored whether somebody is reading along or not.

use super::{NewMessage, StoredTurn, Turn, TurnMessage, TurnStore};
use crate::admission::Caller;
use crate::clock::{Clock, Ids};
use crate::conversations::Title;
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, OwnerId};
use crate::items::Role;
use crate::repeats;
use crate::replies::{ChatRequest, Draft, ModelProvider, Seen, Written};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{mpsc, watch};

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

    fn show(&mut self, json: String) {
        let Some(sender) = &self.sender else { return };
        let length = json.len();
        let behind = self.behind.fetch_add(length, Ordering::Relaxed) + length;
        if behind > MOST_BEHIND || sender.send(Event::Chunk(json)).is_err() {
            self.sender = None;
        }
    }

    /// Tells how it ended. A failure that nobody is there to hear comes back.
    fn end(self, event: Event) -> Result<()> {
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

/// Everything an answer needs to be written and stored.
pub(super) struct Generation {
    pub(super) provider: Arc<dyn ModelProvider>,
    pub(super) turns: Arc<dyn TurnStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) owner: OwnerId,
    pub(super) conversation: ConversationId,
    pub(super) messages: Vec<NewMessage>,
    pub(super) streamed: bool,
    /// The model that was asked for, should the provider not say which one answers.
    pub(super) model: Option<String>,
}

/// An answer that was written to its end.
struct Answered {
    reply: Written,
    last: Option<String>,
}

impl Generation {
    pub(super) async fn run(self, request: ChatRequest, mut audience: Audience) -> Result<()> {
        let kept = match self.write(request, &mut audience).await {
            Ok(written) => self.store(written).await,
            Err(error) => Err(error),
        };
        audience.end(kept.map_or_else(Event::Failed, Event::Kept))
    }

    /// Shows each part when it comes, but the last one, which says that all is well: not before the
    /// turn is stored.
    async fn write(&self, request: ChatRequest, audience: &mut Audience) -> Result<Answered> {
        let claim = repeats::current()?;
        let mut reply = self
            .provider
            .chat(Caller::Owner(self.owner), request)
            .await?;
        // Those who ask the same see it, too.
        let shown = claim.as_ref().map(|claim| {
            let (shown, written) = watch::channel(Seen::default());
            claim.shows(written);
            shown
        });
        let mut draft = Draft::default();
        let mut held: Option<String> = None;
        // An answer in one piece is all of it the last part.
        let mut ended = !self.streamed;
        while let Some(mut chunk) = reply.next().await? {
            ended |= chunk.finish_reason.is_some();
            let told = draft.add(&mut chunk)?;
            if let Some(shown) = &shown {
                shown.send_modify(|seen| seen.add(&told));
            }
            if let Some(before) = held.take() {
                audience.show(before);
            }
            match ended {
                true => held = Some(chunk.json),
                false => audience.show(chunk.json),
            }
        }
        let rest = draft.rest();
        if let Some(shown) = &shown {
            shown.send_modify(|seen| seen.add(&rest));
        }
        let reply = draft.finish()?;
        if let Some(claim) = claim {
            claim.ends_by(reply.finish_reason.clone());
        }
        Ok(Answered { reply, last: held })
    }

    async fn store(self, Answered { reply, last }: Answered) -> Result<Kept> {
        let messages = self.messages.iter();
        let title = Title::from_messages(messages.map(|message| (message.role, &message.content)));
        let said = self.messages.into_iter().map(|message| TurnMessage {
            seed: self.ids.ulid(),
            role: message.role,
            content: message.content,
            reasoning: None,
            model: None,
        });
        let mut messages: Vec<_> = said.collect();
        messages.push(TurnMessage {
            seed: self.ids.ulid(),
            role: Role::Assistant,
            content: reply.content,
            reasoning: reply.reasoning,
            model: reply.model.or(self.model).and_then(storable),
        });
        let turn = Turn {
            messages,
            title,
            now: self.clock.now(),
        };
        match self
            .turns
            .store(self.owner, self.conversation, &turn)
            .await?
        {
            StoredTurn::Done { title } => Ok(Kept {
                last,
                conversation: self.conversation,
                title,
            }),
            StoredTurn::NoConversation => Err(absent()),
            StoredTurn::Full => Err(Error::Conflict(Conflict::ConversationFull)),
        }
    }
}

/// A model's name, as far as it can be stored.
fn storable(model: String) -> Option<String> {
    let model: String = model.chars().filter(|c| *c != '\0').take(256).collect();
    (!model.is_empty()).then_some(model)
}

/// The conversation that the request names is not there.
pub(super) fn absent() -> Error {
    Resource::Conversation.absent().named_by("conversation")
}
