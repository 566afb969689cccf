use super::answer::ResponseAnswer;
use super::length::LengthNames;
use super::needs::{ResponseDependencies, ResponseStores};
use super::ports::{CancelResult, ResponseList};
use super::writing::ResponseTask;
use super::{Continued, CreateResponse, ItemEntry, Response, ResponseItems, ResponseReader};
use crate::clock::{Clock, Ids};
use crate::error::{Error, Resource, Result};
use crate::id::{ItemId, OwnerId, ResponseId};
use crate::page::Page;
use crate::replies::ModelProvider;
use crate::tasks::Tasks;
use crate::usage::UsageGuard;
use std::sync::Arc;
use tokio::sync::oneshot;

/// The use cases of responses.
pub struct ResponseService {
    needs: Arc<ResponseDependencies>,
    usage: Arc<UsageGuard>,
    tasks: Arc<dyn Tasks>,
}

impl ResponseService {
    pub fn new(
        provider: Arc<dyn ModelProvider>,
        stores: ResponseStores,
        usage: Arc<UsageGuard>,
        tasks: Arc<dyn Tasks>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        context_tokens: usize,
    ) -> Self {
        Self {
            needs: Arc::new(ResponseDependencies {
                provider,
                stores,
                clock,
                ids,
                lengths: LengthNames::default(),
                context_tokens,
            }),
            usage,
            tasks,
        }
    }

    /// Makes a response. It is written in the background from the start, so a stored one continues
    /// when the client disconnects. Returns when it has ended; a streamed one, when the model has
    /// begun to answer; a background one, when it is stored.
    pub async fn create(&self, owner: OwnerId, create: CreateResponse) -> Result<ResponseAnswer> {
        if create.is_stored {
            self.usage.check_quota_for_text(owner)?;
        }
        self.check(owner, &create).await?;
        let (beginning, begun) = oneshot::channel();
        let writing = ResponseTask::new(Arc::clone(&self.needs), owner, create);
        self.tasks
            .start(Box::pin(async move { writing.run(beginning).await }));
        let begun = begun.await;
        begun.map_err(|_| Error::Internal("the response was abandoned".into()))?
    }

    /// Refuses a response that continues a conversation or a response that does not exist.
    async fn check(&self, owner: OwnerId, create: &CreateResponse) -> Result<()> {
        match create.continued {
            Continued::Nothing => Ok(()),
            Continued::Conversation(id) => {
                let conversations = self.needs.stores.conversations.as_ref();
                match conversations.outline(owner, id).await? {
                    Some(_) => Ok(()),
                    None => Err(Resource::Conversation.absent().named_by("conversation")),
                }
            }
            Continued::Response(id) => {
                let previous = self.get(owner, id).await;
                let previous = previous.map_err(|error| error.named_by("previous_response_id"))?;
                match previous.has_ended() {
                    true => Ok(()),
                    false => {
                        let message = "The previous response is still in progress.";
                        Err(Error::invalid("previous_response_id", message))
                    }
                }
            }
        }
    }

    pub async fn get(&self, owner: OwnerId, id: ResponseId) -> Result<Response> {
        let found = self.needs.stores.responses.find(owner, id).await?;
        found.ok_or_else(|| Resource::Response.absent())
    }

    pub async fn list(&self, owner: OwnerId, list: ResponseList) -> Result<Page<Response>> {
        self.needs.stores.responses.list(owner, list).await
    }

    pub async fn get_with_input(&self, owner: OwnerId, id: ResponseId) -> Result<ResponseItems> {
        let found = self
            .needs
            .stores
            .responses
            .find_with_input(owner, id)
            .await?;
        found.ok_or_else(|| Resource::Response.absent())
    }

    /// The owner's item with this id, of a conversation or of a response.
    pub async fn find_item(&self, owner: OwnerId, id: ItemId) -> Result<Option<ItemEntry>> {
        self.needs.find_item(owner, id).await
    }

    /// The events of a response from the first. `None`: another instance is writing it now.
    pub async fn follow(&self, owner: OwnerId, id: ResponseId) -> Result<Option<ResponseReader>> {
        let response = self.get(owner, id).await?;
        if response.has_ended() {
            return Ok(Some(ResponseReader::whole(response)));
        }
        let writer = self.needs.stores.live.find(owner, id);
        Ok(writer.map(|writer| ResponseReader::of(writer.response.subscribe())))
    }

    /// Deletes a response. The items in its conversation stay.
    pub async fn delete(&self, owner: OwnerId, id: ResponseId) -> Result<()> {
        match self.needs.stores.responses.delete(owner, id).await? {
            true => {
                self.needs.stores.live.end(owner, id);
                Ok(())
            }
            false => Err(Resource::Response.absent()),
        }
    }

    /// Cancels a background response, and keeps the text that was written. If another instance writes it,
    /// that instance adds the text within a second. One that has ended stays as it is.
    pub async fn cancel(&self, owner: OwnerId, id: ResponseId) -> Result<Response> {
        let now = self.needs.clock.now();
        let cancelled = self.needs.stores.responses.cancel(owner, id, now).await?;
        match cancelled.ok_or_else(|| Resource::Response.absent())? {
            CancelResult::Done(response) => {
                let Some(writer) = self.needs.stores.live.find(owner, id) else {
                    return Ok(*response);
                };
                let mut following = ResponseReader::of(writer.response.subscribe());
                drop(writer);
                self.needs.stores.live.end(owner, id);
                following.ended().await;
                let kept = self.needs.stores.responses.find(owner, id).await?;
                Ok(kept.unwrap_or(*response))
            }
            CancelResult::HasEnded(response) => Ok(*response),
            CancelResult::NotBackground => {
                let message = "Only a response that was created with background: true can be \
                               cancelled. Others end when they are deleted. To end one of a \
                               conversation, call POST /v1/conversations/{conversation_id}/cancel.";
                Err(Error::invalid("response_id", message))
            }
        }
    }
}
