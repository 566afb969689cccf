use super::Finished;
use crate::error::{Error, Result};
use tokio::sync::{oneshot, watch};

/// The most bytes of text that are told at once.
const PIECE: usize = 16 * 1024;

/// A reply that is being written. It belongs to the server: whoever drops this misses nothing but
/// the sight of it.
#[derive(Debug)]
pub struct Generation {
    /// Whether the model was not told all that was said before.
    pub is_context_truncated: bool,
    /// All that was written so far. However slowly it is read, there is one copy of it.
    text: watch::Receiver<String>,
    /// How many bytes of that were told.
    told: usize,
    /// `None` when it was told.
    outcome: Option<oneshot::Receiver<Result<Finished>>>,
}

/// What there is to tell of a reply.
#[derive(Debug)]
pub enum Progress {
    /// It goes on like this.
    Text(String),
    /// It was stored, or will never be.
    Ended(Result<Finished>),
}

/// The writer's end of a generation.
pub(super) struct Writer {
    pub(super) text: watch::Sender<String>,
    outcome: oneshot::Sender<Result<Finished>>,
}

impl Writer {
    /// Tells how it ended. What nobody is there to hear comes back.
    pub(super) fn end(self, outcome: Result<Finished>) -> Result<()> {
        match self.outcome.send(outcome) {
            Ok(()) | Err(Ok(_)) => Ok(()),
            Err(Err(unheard)) => Err(unheard),
        }
    }
}

impl Generation {
    pub(super) fn begin(is_context_truncated: bool) -> (Writer, Self) {
        let (writing, text) = watch::channel(String::new());
        let (ending, outcome) = oneshot::channel();
        let writer = Writer {
            text: writing,
            outcome: ending,
        };
        let generation = Self {
            is_context_truncated,
            text,
            told: 0,
            outcome: Some(outcome),
        };
        (writer, generation)
    }

    /// The sight of a reply that another request has asked for: what is written, and how that ends.
    pub fn watched(
        text: watch::Receiver<String>,
        outcome: oneshot::Receiver<Result<Finished>>,
    ) -> Self {
        Self {
            is_context_truncated: false,
            text,
            told: 0,
            outcome: Some(outcome),
        }
    }

    /// What comes next, when it does; `None` after the end. Nothing is lost when the wait is given
    /// up.
    pub async fn next(&mut self) -> Option<Progress> {
        loop {
            if let Some(piece) = self.piece() {
                return Some(Progress::Text(piece));
            }
            if self.text.changed().await.is_err() {
                break;
            }
        }
        let outcome = outcome(self.outcome.as_mut()?).await;
        self.outcome = None;
        Some(Progress::Ended(outcome))
    }

    /// Waits for the end.
    pub async fn finished(mut self) -> Result<Finished> {
        match &mut self.outcome {
            Some(receiver) => outcome(receiver).await,
            None => Err(abandoned()),
        }
    }

    /// Stops listening. A failure that was told by then and not heard comes back.
    pub fn leave(&mut self) -> Option<Error> {
        let mut outcome = self.outcome.take()?;
        outcome.close();
        outcome.try_recv().ok()?.err()
    }

    /// What was written and not told, as much as is told at once.
    fn piece(&mut self) -> Option<String> {
        let text = self.text.borrow_and_update();
        let rest = text.get(self.told..).filter(|rest| !rest.is_empty())?;
        let mut end = rest.len().min(PIECE);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let piece = rest.get(..end)?.to_owned();
        self.told += end;
        Some(piece)
    }
}

async fn outcome(receiver: &mut oneshot::Receiver<Result<Finished>>) -> Result<Finished> {
    receiver.await.unwrap_or_else(|_| Err(abandoned()))
}

/// The writer was stopped, as it is when the server ends.
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
        writer.text.send_modify(|all| all.push_str(&text));
        let pieces: Vec<_> = std::iter::from_fn(|| generation.piece()).collect();
        assert_eq!(pieces.concat(), text);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[0].len(), PIECE - 1);
    }

    #[test]
    fn what_nobody_hears_comes_back() {
        let (writer, generation) = Generation::begin(false);
        drop(generation);
        assert!(writer.end(Err(abandoned())).is_err());
    }
}
