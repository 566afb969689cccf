use super::{Share, ShareId, ShareKey, SharePlace, SharedItem};
use crate::admission::Caller;
use crate::auth::Digest;
use crate::conversations::{Conversation, Title};
use crate::error::Result;
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::items::Content;
use crate::page::{Limit, Order, Page};
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Where links are kept. Every method is one atomic unit of work. Methods that name an owner see
/// only what is the owner's; the others find a link by the digest of its secret name.
#[async_trait::async_trait]
pub trait ShareStore: Send + Sync {
    /// Stores a link to what is there now, under the title there is now.
    async fn insert(&self, share: &NewShare) -> Result<Inserted>;

    /// Links of an owner, of deleted conversations none. `None` when the list is to be of a
    /// conversation that is not there.
    async fn list(&self, owner: OwnerId, list: &ShareList) -> Result<Option<Page<Share>>>;

    /// Ends a link that was not revoked yet; of `conversation` alone, where it is given.
    async fn revoke(
        &self,
        owner: OwnerId,
        conversation: Option<ConversationId>,
        digest: Digest,
        now: DateTime<Utc>,
    ) -> Result<Revoked>;

    /// The link and a page of what it shows. Asks the same of the database whether there is such a
    /// link, was one, or never was. A page is bounded in bytes by [`crate::page::PAGE_BYTES`].
    async fn find(
        &self,
        caller: Caller,
        digest: Digest,
        page: &ViewPage,
        now: DateTime<Utc>,
    ) -> Result<Found>;

    /// How many messages a link shows in all, and how many of them stand before a place.
    async fn count(&self, caller: Caller, digest: Digest, before: Sequence) -> Result<Standing>;

    /// Whose the link of this digest is, whether it has ended or not.
    async fn find_owner(&self, visitor: OwnerId, digest: Digest) -> Result<Option<OwnerId>>;

    /// Stores a message that came through a writable link which has not ended, and counts it, for
    /// the link and for the conversation. Once a revocation has been answered, nothing is stored
    /// that was still on its way.
    async fn append(&self, digest: Digest, addition: &Addition) -> Result<Added>;

    /// Waits until it is an owner's turn to copy. It is, until what is returned is dropped.
    async fn fork_turn(&self, owner: OwnerId) -> Result<Box<dyn Send + Sync>>;

    /// Copies what a link shows into a new conversation. What is larger than there is room for is
    /// measured and not copied.
    async fn fork(&self, digest: Digest, fork: &Fork) -> Result<Forked>;

    /// Adds to the views of these links, those that are still there.
    async fn add_views(&self, views: &[(ShareKey, u64)]) -> Result<()>;
}

/// A link about to be stored.
pub struct NewShare {
    pub place: SharePlace,
    pub share_id: ShareId,
    pub digest: Digest,
    pub owner: OwnerId,
    pub conversation: ConversationId,
    pub item: Option<ItemId>,
    pub read_only: bool,
    pub live: bool,
    pub include_context: bool,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What became of a new link.
#[derive(Clone, Debug)]
pub enum Inserted {
    /// Stored, under this title.
    Done(Option<Title>),
    NoConversation,
    NoItem,
    /// The message is of a role that no link shows.
    HiddenItem,
}

/// What became of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    Done,
    NoConversation,
    NoShare,
}

/// Which page of which links of an owner.
#[derive(Clone, Debug)]
pub struct ShareList {
    pub conversation: Option<ConversationId>,
    pub state: Option<ShareState>,
    pub limit: Limit,
    pub order: Order,
    pub after: Option<SharePlace>,
    pub now: DateTime<Utc>,
    /// Links that ended before are listed no more.
    pub ended_since: DateTime<Utc>,
}

/// Whether a link has ended, and how. One that was revoked after it expired counts as revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareState {
    Active,
    Expired,
    Revoked,
}

/// Which page of what a link shows.
#[derive(Clone, Copy, Debug)]
pub struct ViewPage {
    pub limit: Limit,
    pub from: ViewFrom,
}

/// Where a page begins, or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewFrom {
    Beginning,
    After(Sequence),
    Before(Sequence),
}

/// What is known of a digest.
#[derive(Clone, Debug)]
pub enum Found {
    Nothing,
    /// A link ended at this time, and nothing else is known of it.
    Tombstone(DateTime<Utc>),
    Link(Box<Link>),
}

/// A link, whether it has ended or not, and a page of what it shows if it has not.
#[derive(Clone, Debug)]
pub struct Link {
    pub key: ShareKey,
    pub title: Option<Title>,
    pub read_only: bool,
    pub live: bool,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whether its conversation, and the message of a message link, are still there.
    pub present: bool,
    /// In the order they were said.
    pub items: Vec<SharedItem>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// Where a page stands among all messages that a link shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many messages stand before it.
    pub before: u64,
    /// How many there are in all.
    pub total: u64,
}

/// A message on its way through a link.
#[derive(Clone, Debug)]
pub struct Addition {
    /// Time and randomness of the id-to-be; see [`ItemId::at`].
    pub seed: Ulid,
    pub author: OwnerId,
    pub content: Content,
    /// The title the conversation gets if it has none.
    pub title: Option<Title>,
    pub now: DateTime<Utc>,
}

/// What became of a message that came through a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    At(Sequence),
    /// As many came through the link as may.
    LinkFull,
    /// The conversation holds as many messages as may be.
    ConversationFull,
    /// The link is not there, has ended, or is read-only, or the author has been removed.
    Refused,
}

/// A copy about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Fork {
    /// Whose the copy is.
    pub owner: OwnerId,
    pub id: ConversationId,
    /// Time and randomness of the messages' ids; see [`ItemId::at`].
    pub seed: Ulid,
    pub now: DateTime<Utc>,
    /// How many bytes it may have, as they count for what an owner stores; `None` is any.
    pub room: Option<u64>,
}

/// What became of a copy.
#[derive(Clone, Debug)]
pub enum Forked {
    /// It is made; how many bytes it has, where there was room for so many.
    Done(Conversation, Option<u64>),
    TooLarge,
    /// The link is not there or has ended, or the owner has been removed.
    Refused,
}
