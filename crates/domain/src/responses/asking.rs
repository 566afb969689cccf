//! Writes a response, in its turn. It continues without its client where it is stored.

use super::answer::ResponseAnswer;
use super::context::ModelRequest;
use super::draft::ResponseDraft;
use super::live::ResponseReader;
use super::model::Known;
use super::stopping::WritingEnd;
use super::writing::{ResponseTask, WaitingClient, end_open, no_conversation};
use super::{Continued, ItemEntry, Response, Status, Truncation};
use crate::admission::Caller;
use crate::error::ProviderFailure;
use crate::error::{Error, Result};
use crate::id::Sequence;
use crate::replies::{Ask, ChatRequest, ChatStream};
use crate::tasks;
use futures_util::future::{Either, select};
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A streamed response announces the ids of its items before they are stored. This number of items
/// can be added meanwhile: their numbers are left free.
const RESERVED_NUMBERS: u32 = 256;

impl ResponseTask {
    /// Writes the response and stores it. Returns a failure that was not sent to a client.
    pub(super) async fn run(
        mut self,
        client: oneshot::Sender<Result<ResponseAnswer>>,
    ) -> Result<()> {
        let mut client = Some(client);
        match self.write(&mut client).await {
            Ok(response) => {
                self.turn = None;
                self.writer.response.send_replace(response.clone());
                answer(&mut client, Ok(ResponseAnswer::Whole(Box::new(response))))
            }
            Err(error) => self.fail(error, client).await,
        }
    }

    async fn write(&mut self, client: &mut WaitingClient) -> Result<Response> {
        if self.create.is_background {
            self.insert().await?;
            let begun = self.writer.response.borrow().clone();
            answer(client, Ok(ResponseAnswer::Whole(Box::new(begun))))?;
        }
        let mut draft = ResponseDraft::default();
        let written = match self.take_turn_unless_over().await? {
            Some(known) => self.listen(known.as_ref(), client, &mut draft).await?,
            None => WritingEnd::Over,
        };
        let mut response = self.writer.response.borrow().clone();
        match written {
            WritingEnd::Whole => draft.finish(&mut response)?,
            WritingEnd::Cancelled | WritingEnd::Over => {
                response.status = Status::Cancelled;
                end_open(&mut response);
            }
        }
        response.ended_at = Some(self.needs.clock.now());
        if !self.create.is_stored {
            return Ok(response);
        }
        match written {
            WritingEnd::Over => self.keep(&mut response).await?,
            WritingEnd::Whole => self.store(&mut response, false).await?,
            WritingEnd::Cancelled => self.store(&mut response, true).await?,
        }
        if response.status == Status::Cancelled {
            // The readers get the state that other requests read from the store.
            let found = self
                .needs
                .stores
                .responses
                .find(self.owner, response.id)
                .await?;
            return Ok(found.filter(Response::has_ended).unwrap_or(response));
        }
        Ok(response)
    }

    /// As [`Self::take_turn`]. `None`: the response was cancelled or deleted before its turn came.
    async fn take_turn_unless_over(&mut self) -> Result<Option<Option<Known>>> {
        let writer = Arc::clone(&self.writer);
        let (turn, over) = (pin!(self.take_turn()), pin!(writer.over()));
        match select(turn, over).await {
            Either::Left((known, _)) => known.map(Some),
            Either::Right(_) => Ok(None),
        }
    }

    /// Waits until the earlier turns of the conversation are over.
    async fn take_turn(&mut self) -> Result<Option<Known>> {
        let Continued::Conversation(id) = self.create.continued else {
            return Ok(None);
        };
        let memory = std::mem::take(&mut self.create.memory);
        let stores = &self.needs.stores;
        let turn = stores.queue.turn(self.owner, id, memory).await;
        let (turn, _) = turn.map_err(|error| error.named_by("conversation"))?;
        self.turn = Some(turn);
        let outline = stores.conversations.outline(self.owner, id).await?;
        let conversation = outline.ok_or_else(no_conversation)?;
        let last = conversation.last_sequence;
        let is_followed = self.create.is_streamed || self.create.is_background;
        let first = match is_followed {
            true => Sequence(last.next().0.saturating_add(RESERVED_NUMBERS)),
            false => last.next(),
        };
        self.writer
            .response
            .send_modify(|response| response.first = first);
        Ok(Some(Known { conversation, last }))
    }

    /// Asks the model, and adds what it says to the response until it ends.
    async fn listen(
        &mut self,
        known: Option<&Known>,
        client: &mut WaitingClient,
        draft: &mut ResponseDraft,
    ) -> Result<WritingEnd> {
        let asked = {
            let asking = pin!(self.ask(known));
            let stopping = pin!(self.stop(client));
            match select(asking, stopping).await {
                Either::Left((asked, _)) => Ok(asked?),
                Either::Right((stop, _)) => Err(stop),
            }
        };
        let (mut stream, input) = match asked {
            Ok(asked) => asked,
            Err(stop) => return self.stopped(stop).await,
        };
        self.writer.response.send_modify(|response| {
            response.input_count = u32::try_from(input.len()).unwrap_or(u32::MAX);
        });
        self.input = input;
        self.create.input = Vec::new();
        if self.create.is_streamed && !self.create.is_background {
            if self.create.is_stored {
                self.insert().await?;
            }
            let following = ResponseReader::of(self.writer.response.subscribe());
            answer(client, Ok(ResponseAnswer::Begun(following)))?;
        }
        let listening = async {
            while let Some(chunk) = stream.next().await? {
                let mut added = Ok(());
                self.writer
                    .response
                    .send_modify(|response| added = draft.add(chunk, response));
                added?;
            }
            Ok::<_, Error>(())
        };
        let stop = {
            let listening = pin!(listening);
            let stopping = pin!(self.stop(client));
            match select(listening, stopping).await {
                Either::Left((listened, _)) => return listened.map(|()| WritingEnd::Whole),
                Either::Right((stop, _)) => stop,
            }
        };
        self.stopped(stop).await
    }

    /// The answer of the model, and the input without references.
    async fn ask(&self, known: Option<&Known>) -> Result<(Box<dyn ChatStream>, Vec<ItemEntry>)> {
        let needs = &self.needs;
        let mut tokens = needs.context_tokens;
        loop {
            let asked = needs.asked(self.owner, &self.create, known, tokens).await?;
            let ModelRequest { input, body } = asked;
            let request = ChatRequest {
                context: Vec::new(),
                ask: Ask::Passed(body),
            };
            let caller = Caller::Owner(self.owner);
            match needs.provider.chat(caller, request).await {
                Ok(stream) => return Ok((stream, input)),
                // Once more with half of it.
                Err(Error::Provider(ProviderFailure::Refused(refusal)))
                    if refusal.is_too_long
                        && self.create.truncation == Truncation::Auto
                        && tokens == needs.context_tokens =>
                {
                    tokens /= 2;
                }
                Err(Error::Provider(ProviderFailure::Refused(refusal)))
                    if needs.lengths.learn(&self.create, &refusal) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Answers the client, unless that was done before. It is not a failure if the client has left.
fn answer(client: &mut WaitingClient, answer: Result<ResponseAnswer>) -> Result<()> {
    match client.take() {
        Some(client) => tasks::answer(client, answer),
        None => Ok(()),
    }
}
