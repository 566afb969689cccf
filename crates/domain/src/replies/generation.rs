use super::Finished;
use crate::error::{Error, Result};
use crate::seen::Seen;
use crate::seen::WrittenBy;
use crate::tasks;
use crate::thoughts::Split;
use tokio::sync::{oneshot, watch};

/// The most bytes of text in one event.
const PIECE: usize = 16 * 1024;

/// A reply that is being written in the background. Dropping this stops watching only; the reply is
/// still completed and stored.
#[derive(Debug)]
pub struct Generation {
    /// Whether older messages did not fit into the model's context.
    pub is_context_truncated: bool,
    /// All text so far. There is one copy of it, also for a slow reader.
    written: watch::Receiver<Seen>,
    /// How many bytes of the text, and of the thoughts, the reader has got.
    sent: (usize, usize),
    /// `None` when the reader has got it.
    outcome: Option<oneshot::Receiver<Result<Finished>>>,
}

/// An event of a reply.
#[derive(Debug)]
pub enum Progress {
    /// More thoughts of the model.
    Reasoning(String),
    /// More text.
    Text(String),
    /// The reply was stored, or has failed.
    Ended(Result<Finished>),
}

/// The writer's end of a generation.
pub(super) struct GenerationWriter {
    written: watch::Sender<Seen>,
    outcome: oneshot::Sender<Result<Finished>>,
}

impl GenerationWriter {
    pub(super) fn tell(&self, more: &Split) {
        let thoughts = more.thoughts.as_deref().unwrap_or_default();
        if more.text.is_empty() && thoughts.is_empty() {
            return;
        }
        self.written.send_modify(|seen| seen.add(more));
    }

    /// Another receiver of the text, for repeats of the request.
    pub(super) fn shown(&self) -> watch::Receiver<Seen> {
        self.written.subscribe()
    }

    /// Sends the outcome. Returns a failure if its reader has left.
    pub(super) fn end(self, outcome: Result<Finished>) -> Result<()> {
        tasks::answer(self.outcome, outcome)
    }
}

impl Generation {
    pub(super) fn begin(is_context_truncated: bool) -> (GenerationWriter, Self) {
        let (writing, written) = watch::channel(Seen::default());
        let (ending, outcome) = oneshot::channel();
        let writer = GenerationWriter {
            written: writing,
            outcome: ending,
        };
        let generation = Self {
            is_context_truncated,
            written,
            sent: (0, 0),
            outcome: Some(outcome),
        };
        (writer, generation)
    }

    /// Watches a reply that another request has asked for: its text, and its outcome.
    pub fn watched(
        written: watch::Receiver<Seen>,
        outcome: oneshot::Receiver<Result<Finished>>,
    ) -> Self {
        Self {
            is_context_truncated: false,
            written,
            sent: (0, 0),
            outcome: Some(outcome),
        }
    }

    /// Waits for the next event; `None` after the end. The future can be dropped without a loss.
    pub async fn next(&mut self) -> Option<Progress> {
        loop {
            if let Some(piece) = self.piece() {
                return Some(piece);
            }
            if self.written.changed().await.is_err() {
                break;
            }
        }
        let outcome = outcome(self.outcome.as_mut()?).await;
        self.outcome = None;
        Some(Progress::Ended(outcome))
    }

    /// The provider's id of the reply, and the model that writes it, each once it is known.
    pub fn by(&self) -> WrittenBy {
        self.written.borrow().by.clone()
    }

    /// Waits for the end.
    pub async fn finished(mut self) -> Result<Finished> {
        match &mut self.outcome {
            Some(receiver) => outcome(receiver).await,
            None => Err(abandoned()),
        }
    }

    /// Stops listening. Returns a failure that was sent and not received.
    pub fn leave(&mut self) -> Option<Error> {
        let mut outcome = self.outcome.take()?;
        outcome.close();
        outcome.try_recv().ok()?.err()
    }

    /// The next piece of new text, at most `PIECE` bytes. Thoughts come first.
    fn piece(&mut self) -> Option<Progress> {
        let seen = self.written.borrow_and_update();
        let (text, thoughts) = &mut self.sent;
        let more = piece(&seen.thoughts, thoughts).map(Progress::Reasoning);
        more.or_else(|| piece(&seen.text, text).map(Progress::Text))
    }
}

/// The text after the part that the reader has got.
fn piece(text: &str, sent: &mut usize) -> Option<String> {
    let rest = text.get(*sent..).filter(|rest| !rest.is_empty())?;
    let mut end = rest.len().min(PIECE);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let piece = rest.get(..end)?.to_owned();
    *sent += end;
    Some(piece)
}

async fn outcome(receiver: &mut oneshot::Receiver<Result<Finished>>) -> Result<Finished> {
    receiver.await.unwrap_or_else(|_| Err(abandoned()))
}

/// The writer was stopped, as happens when the server stops.
fn abandoned() -> Error {
    Error::Internal("the generation was abandoned".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_between_characters() {
        let (writer, mut generation) = Generation::begin(false);
        let text = format!("a{}", "é".repeat(PIECE));
        writer.tell(&Split {
            text: text.clone(),
            thoughts: Some("Hm.".to_owned()),
        });
        let pieces: Vec<_> = std::iter::from_fn(|| generation.piece()).collect();
        assert!(matches!(&pieces[0], Progress::Reasoning(thoughts) if thoughts == "Hm."));
        let texts = pieces[1..].iter().map(|piece| match piece {
            Progress::Text(text) => text.as_str(),
            other => panic!("{other:?}"),
        });
        let texts: Vec<_> = texts.collect();
        assert_eq!(texts.concat(), text);
        assert_eq!(texts.len(), 3);
        assert_eq!(texts[0].len(), PIECE - 1);
    }

    #[test]
    fn a_failure_without_a_reader_comes_back() {
        let (writer, generation) = Generation::begin(false);
        drop(generation);
        assert!(writer.end(Err(abandoned())).is_err());
    }
}
