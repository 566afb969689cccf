use super::{Share, ShareCursor, ShareId, ShareKey, SharedItem};
use crate::admission::Caller;
use crate::conversations::Conversation;
use crate::error::Result;
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::items::Content;
use crate::page::{Limit, Order, Page};
use crate::secret::Digest;
use crate::title::Title;
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Where links are kept. Every method is one atomic unit of work. Methods with an owner see only
/// the owner's links; the others find a link by the digest of its secret name.
#[async_trait::async_trait]
pub trait ShareStore: Send + Sync {
    /// Stores a link to the current state of the conversation, under its current title.
    async fn insert(&self, share: &NewShare) -> Result<InsertedLink>;

    /// The links of an owner, without those of deleted conversations. `None` when the list is of a
    /// conversation that does not exist.
    async fn list(&self, owner: OwnerId, list: &ShareList) -> Result<Option<Page<Share>>>;

    /// Ends a link that was not revoked yet; only a link of `conversation`, where it is given.
    async fn revoke(
        &self,
        owner: OwnerId,
        conversation: Option<ConversationId>,
        digest: Digest,
        now: DateTime<Utc>,
    ) -> Result<Revoked>;

    /// The link and a page of its messages. Runs the same query whether the link exists, existed,
    /// or never did.
    async fn find(
        &self,
        caller: Caller,
        digest: Digest,
        page: &ViewPage,
        now: DateTime<Utc>,
    ) -> Result<FoundLink>;

    /// How many messages a link shows in all, and how many of them precede a place.
    async fn count(&self, caller: Caller, digest: Digest, before: Sequence)
    -> Result<LinkStanding>;

    /// The owner of the link with this digest, whether it has ended or not.
    async fn find_owner(&self, visitor: OwnerId, digest: Digest) -> Result<Option<OwnerId>>;

    /// Stores a message that came through a writable link, if the link has not ended, and counts it
    /// for the link and for the conversation. Once a revocation has been answered, messages that
    /// were still on their way are not stored.
    async fn append(&self, digest: Digest, addition: &Addition) -> Result<AddedMessage>;

    /// Waits for a permit to copy. It is held until the returned value is dropped.
    async fn fork_permit(&self, owner: OwnerId) -> Result<Box<dyn Send + Sync>>;

    /// Copies the messages of a link into a new conversation. A copy that is larger than the
    /// owner's storage left is measured and not made.
    async fn fork(&self, digest: Digest, fork: &Fork) -> Result<Forked>;

    /// Adds to the views of these links, except links that no longer exist.
    async fn add_views(&self, views: &[(ShareKey, u64)]) -> Result<()>;
}

/// A link about to be stored.
pub struct NewShare {
    pub cursor: ShareCursor,
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

/// The result of making a link.
#[derive(Clone, Debug)]
pub enum InsertedLink {
    /// The link is stored, under this title.
    Done(Option<Title>),
    NoConversation,
    NoItem,
    /// Links do not show messages with this role.
    HiddenItem,
}

/// The result of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    Done,
    NoConversation,
    NoShare,
}

/// The requested page of an owner's links.
#[derive(Clone, Debug)]
pub struct ShareList {
    pub conversation: Option<ConversationId>,
    pub state: Option<ShareState>,
    pub limit: Limit,
    pub order: Order,
    pub after: Option<ShareCursor>,
    pub now: DateTime<Utc>,
    /// Links that ended before this time are not listed any more.
    pub ended_since: DateTime<Utc>,
}

/// Whether and how a link has ended. A link that was revoked after it expired counts as revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareState {
    Active,
    Expired,
    Revoked,
}

/// The requested page of a link.
#[derive(Clone, Copy, Debug)]
pub struct ViewPage {
    pub limit: Limit,
    /// The most bytes of text, unless its first message has more.
    pub bytes: usize,
    pub from: ViewFrom,
}

/// The beginning of a page, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewFrom {
    Beginning,
    After(Sequence),
    Before(Sequence),
}

/// The result of looking up a digest.
#[derive(Clone, Debug)]
pub enum FoundLink {
    Nothing,
    /// A link ended at this time; no more is known of it.
    Tombstone(DateTime<Utc>),
    Link(Box<Link>),
}

/// A link, ended or not, and a page of its messages if it has not ended.
#[derive(Clone, Debug)]
pub struct Link {
    pub key: ShareKey,
    pub title: Option<Title>,
    pub read_only: bool,
    pub live: bool,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whether its conversation, and the message of a message link, still exist.
    pub present: bool,
    /// In the order of the conversation.
    pub items: Vec<SharedItem>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// The position of a page among all messages that a link shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkStanding {
    /// How many messages precede it.
    pub before: u64,
    /// How many there are in all.
    pub total: u64,
}

/// A message that comes through a link.
#[derive(Clone, Debug)]
pub struct Addition {
    /// Time and randomness of the id; see [`ItemId::at`].
    pub seed: Ulid,
    pub author: OwnerId,
    pub content: Content,
    /// The title for an untitled conversation.
    pub title: Option<Title>,
    pub now: DateTime<Utc>,
}

/// The result of adding a message through a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedMessage {
    At(Sequence),
    /// The link has let in the most messages that it may.
    LinkFull,
    /// The conversation holds the most messages that it may.
    ConversationFull,
    /// The link does not exist, has ended, or is read-only, or the author has been removed.
    Refused,
}

/// A copy about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Fork {
    /// The owner of the copy.
    pub owner: OwnerId,
    pub id: ConversationId,
    /// Time and randomness of the messages' ids; see [`ItemId::at`].
    pub seed: Ulid,
    pub now: DateTime<Utc>,
    /// The most bytes that the copy may have, as they count for the owner's storage; `None`: no
    /// limit.
    pub most_bytes: Option<u64>,
}

/// The result of a copy.
#[derive(Clone, Debug)]
pub enum Forked {
    /// The copy is made. The number is its size in bytes, where `most_bytes` was given.
    Done(Box<Conversation>, Option<u64>),
    TooLarge,
    /// The link does not exist or has ended, or the owner has been removed.
    Refused,
}
