use super::context::{Context, Told};
use super::generation::{Generation, Writer};
use super::model::{Ask, ChatRequest, ReplyOptions};
use super::ports::{ModelProvider, Tasks};
use super::store::{Finished, Place, Reply, ReplyStore, Stored, Surroundings};
use super::{Draft, Neighbour, Written};
use crate::admission::Caller;
use crate::clock::{Clock, Ids};
use crate::error::{Conflict, Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::items::Role;
use crate::repeats;
use crate::usage::UsageGuard;
use std::sync::Arc;

/// The use cases of replies.
pub struct ReplyService {
    writing: Writing,
    usage: Arc<UsageGuard>,
    tasks: Arc<dyn Tasks>,
    /// How many tokens a model is told at the most.
    context_tokens: usize,
}

/// What it takes to write a reply.
#[derive(Clone)]
struct Writing {
    provider: Arc<dyn ModelProvider>,
    store: Arc<dyn ReplyStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// A reply that is to be written.
struct Wanted {
    owner: OwnerId,
    conversation: ConversationId,
    place: Place,
    request: ChatRequest,
}

impl ReplyService {
    pub fn new(
        provider: Arc<dyn ModelProvider>,
        store: Arc<dyn ReplyStore>,
        usage: Arc<UsageGuard>,
        tasks: Arc<dyn Tasks>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        context_tokens: usize,
    ) -> Self {
        Self {
            writing: Writing {
                provider,
                store,
                clock,
                ids,
            },
            usage,
            tasks,
            context_tokens,
        }
    }

    /// Lets a model write another reply: another version of the reply `id`, or of the reply right
    /// after the user's message `id`, or the first reply to it where it is the last message.
    /// Returns when the model is about to be asked.
    pub async fn regenerate(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
        options: ReplyOptions,
    ) -> Result<Generation> {
        let store = self.writing.store.as_ref();
        let found = store.surroundings(owner, conversation, id).await?;
        let surroundings = found
            .ok_or_else(|| Resource::Conversation.absent())?
            .ok_or_else(|| Resource::Item.absent())?;
        let place = place(id, &surroundings)?;
        self.usage.room_for_text(owner)?;
        let told = Told {
            store,
            owner,
            conversation,
            before: match place {
                Place::Instead(reply) => reply.sequence(),
                Place::After(question) => question.sequence().next(),
            },
            is_asked_later: false,
        };
        let Context {
            messages,
            is_truncated,
        } = told
            .context(surroundings.instruction, self.context_tokens)
            .await?;
        if messages.is_empty() {
            return Err(Error::invalid(
                "item_id",
                "Nothing stands before this message, and its project has no instruction: there is \
                 nothing to reply to.",
            ));
        }
        let wanted = Wanted {
            owner,
            conversation,
            place,
            request: ChatRequest {
                context: messages,
                ask: Ask::Reply {
                    model: options.model,
                    temperature: options.temperature,
                    max_tokens: options.max_tokens,
                    max_completion_tokens: options.max_completion_tokens,
                },
            },
        };
        let claim = repeats::current()?;
        let (writer, generation) = Generation::begin(is_truncated);
        if let Some(claim) = claim {
            claim.shows(writer.shown());
        }
        let writing = self.writing.clone();
        self.tasks.start(Box::pin(async move {
            let outcome = writing.write(wanted, &writer).await;
            writer.end(outcome)
        }));
        Ok(generation)
    }
}

/// Where a reply to an item goes.
fn place(id: ItemId, surroundings: &Surroundings) -> Result<Place> {
    match (surroundings.role, surroundings.next) {
        (Role::Assistant, _) => Ok(Place::Instead(id)),
        (
            Role::User,
            Some(Neighbour {
                id,
                role: Role::Assistant,
            }),
        ) => Ok(Place::Instead(id)),
        (Role::User, Some(_)) => Err(Error::Conflict(Conflict::ReplyPositionTaken)),
        (Role::User, None) if surroundings.is_full => {
            Err(Error::Conflict(Conflict::ConversationFull))
        }
        (Role::User, None) => Ok(Place::After(id)),
        (Role::System | Role::Developer | Role::Tool, _) => Err(Error::invalid(
            "item_id",
            "Only an assistant's message can be written again, and only a user's replied to.",
        )),
    }
}

impl Writing {
    async fn write(&self, wanted: Wanted, writer: &Writer) -> Result<Finished> {
        let asked = match &wanted.request.ask {
            Ask::Reply { model, .. } => model.clone(),
            Ask::Passed(_) => None,
        };
        let caller = Caller::Owner(wanted.owner);
        let Written {
            content,
            reasoning,
            model,
            finish_reason,
        } = self.answer(caller, wanted.request, writer).await?;
        let reply = Reply {
            content,
            reasoning,
            model: model.filter(|model| is_name(model)).or(asked),
            seed: self.ids.ulid(),
            now: self.clock.now(),
        };
        if let Some(claim) = repeats::current()? {
            claim.ends_by(finish_reason.clone());
        }
        match self
            .store
            .store(wanted.owner, wanted.conversation, wanted.place, &reply)
            .await?
        {
            Stored::Done(generated) => Ok(Finished {
                generated,
                finish_reason,
            }),
            Stored::NoConversation => Err(Resource::Conversation.absent()),
            Stored::NoItem => Err(Resource::Item.absent()),
            Stored::Taken => Err(Error::Conflict(Conflict::ReplyPositionTaken)),
            Stored::Full => Err(Error::Conflict(Conflict::ConversationFull)),
        }
    }

    /// All that the model says, and what is known of it. Whoever watches sees it come.
    async fn answer(
        &self,
        caller: Caller,
        request: ChatRequest,
        writer: &Writer,
    ) -> Result<Written> {
        let mut answer = self.provider.chat(caller, request).await?;
        let mut draft = Draft::default();
        while let Some(mut chunk) = answer.next().await? {
            writer.tell(&draft.add(&mut chunk)?);
        }
        writer.tell(&draft.rest());
        Ok(draft.finish()?)
    }
}

/// Whether a model's name, as its provider tells it, can be kept.
fn is_name(name: &str) -> bool {
    crate::text::check("model", name, 1..=256).is_ok()
}
