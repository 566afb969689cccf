use super::bulk::{BulkResult, SentIds};
use super::ports::{ConversationList, ConversationOpening, ConversationStore, IdRange, Updated};
use super::{Conversation, ConversationChanges, CreateConversation, NewConversation, Organising};
use crate::clock::{Clock, Ids};
use crate::error::{Error, Resource, Result};
use crate::id::{ConversationId, ItemId, OwnerId, ProjectId, Sequence};
use crate::items::{Author, Item, NewItem, unique};
use crate::page::{self, Page};
use crate::repeats::{self, Made, Outcome};
use crate::state::{Checked, Expected};
use crate::usage::UsageGuard;
use chrono::{DateTime, Utc};
use std::mem;
use std::sync::Arc;
use ulid::Ulid;

/// The use cases of conversations.
pub struct ConversationService {
    store: Arc<dyn ConversationStore>,
    usage: Arc<UsageGuard>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl ConversationService {
    /// How many messages a conversation may be created with.
    pub const MAX_FIRST_ITEMS: usize = 100;
    /// How many conversations one step of `delete_all` deletes: about ten milliseconds of work.
    const DELETED_AT_ONCE: u32 = 5_000;
    /// How many conversations one request may delete (the specification), or organise.
    pub const MAX_BULK: usize = 100;

    pub fn new(
        store: Arc<dyn ConversationStore>,
        usage: Arc<UsageGuard>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self {
            store,
            usage,
            clock,
            ids,
        }
    }

    /// Stores a new conversation, with its first messages if given.
    pub async fn create(
        &self,
        owner: OwnerId,
        mut request: CreateConversation,
    ) -> Result<Conversation> {
        let now = self.clock.now();
        let (id, seed) = self.ids.pair();
        let items = Self::first_items(mem::take(&mut request.items), seed, now)?;
        self.usage.check_quota_for_conversation(owner)?;
        let id = ConversationId::new(id);
        let (conversation, title_source) = request.accepted(id, &items, now);
        let new = NewConversation {
            owner_id: owner,
            conversation,
            title_source,
        };
        if !self.store.insert(&new, &items).await? {
            return Err(Resource::Project.absent().named_by("project_id"));
        }
        Ok(new.conversation)
    }

    fn first_items(items: Vec<NewItem>, seed: Ulid, now: DateTime<Utc>) -> Result<Vec<Item>> {
        if items.len() > Self::MAX_FIRST_ITEMS {
            return Err(Error::invalid(
                "items",
                "items must have at most 100 messages.",
            ));
        }
        unique(&items)?;
        let numbered = (1..).map(Sequence).zip(items);
        Ok(numbered
            .map(|(sequence, item)| item.accepted(ItemId::at(seed, sequence), Author::Owner, now))
            .collect())
    }

    /// The conversation without its items.
    pub async fn get(&self, owner: OwnerId, id: ConversationId) -> Result<Conversation> {
        let outline = self.store.outline(owner, id).await?;
        outline.ok_or_else(|| Resource::Conversation.absent())
    }

    /// The conversation with the first batch of its items; `ItemService::batch` reads the rest.
    pub async fn open(&self, owner: OwnerId, id: ConversationId) -> Result<ConversationOpening> {
        self.store
            .find_with_items(owner, id)
            .await?
            .ok_or_else(|| Resource::Conversation.absent())
    }

    pub async fn list(&self, owner: OwnerId, list: ConversationList) -> Result<Page<Conversation>> {
        let page = self.store.list(owner, &list).await?;
        page.ok_or_else(|| Resource::Project.absent())
    }

    /// How many conversations a list has in all, without regard to its page: at most
    /// [`page::COUNTED`], also if there are more.
    pub async fn count(&self, owner: OwnerId, list: &ConversationList) -> Result<u64> {
        self.store.count(owner, list, page::COUNTED).await
    }

    /// Deletes all conversations that exist when it begins, and returns how many. Each portion is
    /// gone at once, for good.
    pub async fn delete_all(&self, owner: OwnerId) -> Result<u64> {
        let newest = self.list(owner, ConversationList::NEWEST).await?.data.pop();
        let Some(last) = newest.map(|newest| newest.id) else {
            return Ok(0);
        };
        let (mut deleted, mut after, now) = (0, None, self.clock.now());
        loop {
            let range = IdRange { after, last };
            let most = Self::DELETED_AT_ONCE;
            let gone = self.store.delete_range(owner, range, most, now).await?;
            let Some((last_gone, count)) = gone else {
                return Ok(deleted);
            };
            after = Some(last_gone);
            deleted += count;
        }
    }

    /// Changes the title, the project, the metadata, the flags or the tags. A request without changes returns the
    /// conversation.
    pub async fn update(
        &self,
        owner: OwnerId,
        id: ConversationId,
        changes: ConversationChanges,
        expected: &Expected,
    ) -> Result<Conversation> {
        if changes.is_empty() {
            let found = self.get(owner, id).await?;
            if !expected.holds(&found.tag()) {
                return Err(Error::Stale);
            }
            if let Some(claim) = repeats::current()? {
                claim.found(Outcome::done(Made::Conversation(id)));
            }
            return Ok(found);
        }
        if let Err(full) = self.usage.check_quota_for_text(owner)
            && changes.add_text(&self.get(owner, id).await?)
        {
            return Err(full);
        }
        match self.store.update(owner, id, &changes, expected).await? {
            Updated::Done(conversation) => Ok(*conversation),
            Updated::Stale => Err(Error::Stale),
            Updated::NoConversation => Err(Resource::Conversation.absent()),
            Updated::NoProject => Err(Resource::Project.absent().named_by("project_id")),
        }
    }

    /// Deletes for good, at once for every reader.
    pub async fn delete(
        &self,
        owner: OwnerId,
        id: ConversationId,
        expected: &Expected,
    ) -> Result<()> {
        let now = self.clock.now();
        let deleted = match expected.is_any() {
            true => Checked::Done(!self.store.delete(owner, &[id], now).await?.is_empty()),
            false => {
                let deleting = self.store.delete_expected(owner, id, expected, now);
                deleting.await?
            }
        };
        match deleted {
            Checked::Done(true) => Ok(()),
            Checked::Done(false) => Err(Resource::Conversation.absent()),
            Checked::Stale => Err(Error::Stale),
        }
    }

    /// Deletes the conversations in `sent` that the owner has. Each distinct id is either deleted
    /// or failed.
    pub async fn bulk_delete(&self, owner: OwnerId, sent: Vec<String>) -> Result<BulkResult> {
        let wanted = Self::wanted(sent)?;
        let ids: Vec<_> = wanted.ids.iter().map(|(id, _)| *id).collect();
        let deleted = match ids.as_slice() {
            [] => Vec::new(),
            ids => self.store.delete(owner, ids, self.clock.now()).await?,
        };
        Ok(wanted.but(deleted))
    }

    /// Organises the conversations in `sent` that the owner has. Each distinct id is either done or
    /// failed.
    pub async fn organise(
        &self,
        owner: OwnerId,
        sent: Vec<String>,
        organising: &Organising,
    ) -> Result<BulkResult> {
        let wanted = Self::wanted(sent)?;
        if organising.adds_text() {
            self.usage.check_quota_for_text(owner)?;
        }
        if let Organising::Move(Some(project)) = organising {
            self.check_project(owner, *project).await?;
        }
        let ids: Vec<_> = wanted.ids.iter().map(|(id, _)| *id).collect();
        let done = match ids.as_slice() {
            [] => Some(Vec::new()),
            ids => self.store.organise(owner, ids, organising).await?,
        };
        match done {
            Some(done) => Ok(wanted.but(done)),
            None => Err(Resource::Project.absent().named_by("project_id")),
        }
    }

    /// Whether the owner has the project is seen by its conversations: also if nothing is moved there.
    async fn check_project(&self, owner: OwnerId, project: ProjectId) -> Result<()> {
        let list = ConversationList {
            project_id: Some(project),
            ..ConversationList::NEWEST
        };
        match self.store.list(owner, &list).await? {
            Some(_) => Ok(()),
            None => Err(Resource::Project.absent().named_by("project_id")),
        }
    }

    fn wanted(sent: Vec<String>) -> Result<SentIds> {
        if !(1..=Self::MAX_BULK).contains(&sent.len()) {
            let message = "conversation_ids must have 1 to 100 entries.";
            return Err(Error::invalid("conversation_ids", message));
        }
        SentIds::of(sent)
    }
}
