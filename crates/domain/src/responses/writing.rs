//! A response that is being written, and how it is stored.

use super::answer::ResponseAnswer;
use super::live::{Registered, ResponseWriter};
use super::needs::ResponseDependencies;
use super::ports::{Appending, Ended, InsertedResponse, StoredResponse};
use super::{Continued, CreateResponse, Failed, Input, ItemEntry, OutputItem, Response, Status};
use crate::chat::TurnMessage;
use crate::error::{Conflict, Error, Resource, Result, Unauthenticated};
use crate::id::{OwnerId, ResponseId, Sequence};
use crate::items::title_from_first;
use crate::tasks;
use crate::turns::Turn;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::oneshot;

/// The client that waits for the answer; `None`: it was answered.
pub(super) type WaitingClient = Option<oneshot::Sender<Result<ResponseAnswer>>>;

/// A response that is being written.
pub(super) struct ResponseTask {
    pub(super) needs: Arc<ResponseDependencies>,
    pub(super) owner: OwnerId,
    pub(super) create: CreateResponse,
    pub(super) writer: Arc<ResponseWriter>,
    pub(super) turn: Option<Turn>,
    pub(super) input: Vec<ItemEntry>,
    /// Set while other requests can find the response.
    pub(super) registered: Option<Registered>,
}

impl ResponseTask {
    pub(super) fn new(
        needs: Arc<ResponseDependencies>,
        owner: OwnerId,
        create: CreateResponse,
    ) -> Self {
        let items = create.input.iter().filter_map(|input| match input {
            Input::Item(entry) => Some(entry.clone()),
            Input::Reference(_) => None,
        });
        let input: Vec<_> = items.collect();
        let response = Response {
            id: ResponseId::new(needs.ids.ulid()),
            created_at: needs.clock.now(),
            ended_at: None,
            status: Status::InProgress,
            is_background: create.is_background,
            conversation: match create.continued {
                Continued::Conversation(id) => Some(id),
                Continued::Nothing | Continued::Response(_) => None,
            },
            previous: match create.continued {
                Continued::Response(id) => Some(id),
                Continued::Nothing | Continued::Conversation(_) => None,
            },
            settings: create.settings.clone(),
            model: None,
            first: Sequence(1),
            input_count: u32::try_from(input.len()).unwrap_or(u32::MAX),
            output: Vec::new(),
            deleted: HashSet::new(),
            cuts: Vec::new(),
            usage: None,
            failed: None,
            cut_by: None,
        };
        Self {
            needs,
            owner,
            create,
            writer: Arc::new(ResponseWriter::new(response)),
            turn: None,
            input,
            registered: None,
        }
    }

    /// Stores the response while it is still to be written, so that it can be found.
    pub(super) async fn insert(&mut self) -> Result<()> {
        let response = self.writer.response.borrow().clone();
        let responses = &self.needs.stores.responses;
        match responses.insert(self.owner, &response, &self.input).await? {
            InsertedResponse::Done => {}
            InsertedResponse::NoConversation => return Err(no_conversation()),
            InsertedResponse::NoOwner => {
                return Err(Error::Unauthenticated(Unauthenticated::Invalid));
            }
        }
        let live = &self.needs.stores.live;
        self.registered = Some(live.register(self.owner, response.id, &self.writer));
        Ok(())
    }

    /// Stores the response with all its items, also in its conversation.
    pub(super) async fn store(&self, response: &mut Response, is_cancelled: bool) -> Result<()> {
        let appending = self.turn.as_ref().map(|turn| {
            let users = self.input.iter();
            let users = users.map(|entry| (entry.role, &entry.content));
            Appending {
                leaving: turn.leaving(is_cancelled),
                title: title_from_first(users),
                has_reply: !response.output.is_empty(),
                messages: self.messages(response),
            }
        });
        let ended = Ended {
            response,
            input: &self.input,
            is_inserted: self.registered.is_some(),
            appending,
        };
        let stores = &self.needs.stores;
        let storing = || stores.responses.finish(self.owner, &ended);
        let stored = stores.queue.persistence().persist(storing).await?;
        if let Some(turn) = self
            .turn
            .as_ref()
            .filter(|_| stored != StoredResponse::Gone)
        {
            turn.has_left();
        }
        match stored {
            StoredResponse::Done(first) => {
                if let (Some(first), None) = (first, &self.registered) {
                    response.first = first;
                }
                Ok(())
            }
            StoredResponse::Gone => {
                response.status = Status::Cancelled;
                self.keep(response).await
            }
            StoredResponse::NoConversation => Err(no_conversation()),
            StoredResponse::Full => Err(Error::Conflict(Conflict::ConversationFull)),
            StoredResponse::Overtaken => Err(Error::Conflict(Conflict::ConversationLocked)),
        }
    }

    /// Keeps the text of a response that was cancelled while it was written.
    pub(super) async fn keep(&self, response: &mut Response) -> Result<()> {
        end_open(response);
        let responses = &self.needs.stores.responses;
        responses.keep(self.owner, response, &self.input).await
    }

    fn messages(&self, response: &Response) -> Vec<TurnMessage> {
        let message = |entry: ItemEntry, model: Option<String>| TurnMessage {
            seed: response.id.ulid(),
            role: entry.role,
            content: entry.content,
            reasoning: None,
            model,
        };
        let input = self.input.iter().cloned().map(|entry| message(entry, None));
        let output = response.output.iter().map(OutputItem::entry);
        let output = output.map(|entry| message(entry, response.model.clone()));
        input.chain(output).collect()
    }

    /// Sends the failure to the client, or stores it and sends it to the readers.
    pub(super) async fn fail(&mut self, error: Error, mut client: WaitingClient) -> Result<()> {
        if let Some(turn) = self.turn.take() {
            turn.failed(&error).await;
        }
        let mut response = self.writer.response.borrow().clone();
        response.status = match error {
            Error::Conflict(Conflict::TurnCancelled) => Status::Cancelled,
            _ => Status::Failed,
        };
        response.failed = Some(Failed::of(&error)).filter(|_| response.status == Status::Failed);
        response.ended_at = Some(self.needs.clock.now());
        end_open(&mut response);
        let stored = match self.registered.is_some() {
            false => Ok(StoredResponse::Gone),
            true => {
                let ended = Ended {
                    response: &response,
                    input: &self.input,
                    is_inserted: true,
                    appending: None,
                };
                self.needs.stores.responses.finish(self.owner, &ended).await
            }
        };
        self.writer.response.send_replace(response);
        match client.take() {
            Some(client) => tasks::answer(client, Err(error)),
            None => stored.and(Err(error)),
        }
    }
}

/// The last item of a response that ends early is not complete.
pub(super) fn end_open(response: &mut Response) {
    if let Some(last) = response.output.last_mut() {
        last.is_complete = false;
    }
}

pub(super) fn no_conversation() -> Error {
    Resource::Conversation.absent().named_by("conversation")
}
