use super::{ItemEntry, Response, ResponseItems};
use crate::chat::TurnMessage;
use crate::error::Result;
use crate::id::{ItemId, OwnerId, ResponseId, Sequence};
use crate::page::{Limit, Order, Page};
use crate::title::Title;
use crate::turns::Leaving;
use chrono::{DateTime, Utc};

/// Where responses are kept. Every method is one atomic unit of work, and sees only the objects of
/// the given owner, without responses of deleted conversations. A response that is being written is
/// leased to its instance for half a minute, by the store's clock. Who reads one whose lease has run
/// out stores that it has failed; until then its writer may renew the lease, or store its end.
#[async_trait::async_trait]
pub trait ResponseStore: Send + Sync {
    /// Stores a response that is about to be written, and leases it.
    async fn insert(
        &self,
        owner: OwnerId,
        response: &Response,
        input: &[ItemEntry],
    ) -> Result<InsertedResponse>;

    /// Stores a response that has ended, all of it or nothing. With a conversation, its items are
    /// added at the end of it, and its turn leaves the queue.
    async fn finish(&self, owner: OwnerId, ended: &Ended<'_>) -> Result<StoredResponse>;

    /// Adds the text that was written before a cancel to the cancelled response, so that its events
    /// are the same each time they are sent. Does nothing unless the response was cancelled.
    async fn keep(&self, owner: OwnerId, response: &Response, input: &[ItemEntry]) -> Result<()>;

    /// The response without its input.
    async fn find(&self, owner: OwnerId, id: ResponseId) -> Result<Option<Response>>;

    /// A page of the owner's responses without their input, by time of creation.
    async fn list(&self, owner: OwnerId, list: ResponseList) -> Result<Page<Response>>;

    async fn find_with_input(
        &self,
        owner: OwnerId,
        id: ResponseId,
    ) -> Result<Option<ResponseItems>>;

    /// The response that has an item with this id, or had it.
    async fn find_by_item(&self, owner: OwnerId, item: ItemId) -> Result<Option<ResponseItems>>;

    /// A response and those that it continues, newest first: as many as have `bytes` of items
    /// together, and one more. Without deleted ones. Empty when the response does not exist.
    async fn chain(&self, owner: OwnerId, id: ResponseId, bytes: usize) -> Result<Vec<ChainEntry>>;

    /// Deletes a response. Those that continue it stay. `false`: it did not exist.
    async fn delete(&self, owner: OwnerId, id: ResponseId) -> Result<bool>;

    /// Cancels a background response that is being written. `None`: it does not exist.
    async fn cancel(
        &self,
        owner: OwnerId,
        id: ResponseId,
        now: DateTime<Utc>,
    ) -> Result<Option<CancelResult>>;

    /// Ends responses of any owner whose leases have run out, at most `most`; returns how many.
    async fn abandon_expired(&self, most: u64) -> Result<usize>;

    /// Deletes responses of any owner that have no conversation and were made before `before`,
    /// oldest first: at most `most`, of about `bytes` bytes together, but at least one. Those that
    /// continue them stay. Returns whether there may be more.
    async fn delete_older(&self, before: DateTime<Utc>, most: u64, bytes: u64) -> Result<bool>;

    /// Returns those of the given responses that are still to be written. Renews their leases if
    /// `renews` is true.
    async fn tend(
        &self,
        responses: &[(OwnerId, ResponseId)],
        renews: bool,
    ) -> Result<Vec<(OwnerId, ResponseId)>>;
}

/// A page of responses.
#[derive(Clone, Copy, Debug)]
pub struct ResponseList {
    pub limit: Limit,
    pub order: Order,
    /// The last response of the page before, which need not exist any more.
    pub after: Option<ResponseId>,
}

/// The result of storing a response that is about to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertedResponse {
    Done,
    NoConversation,
    /// The owner was removed.
    NoOwner,
}

/// A response that has ended.
pub struct Ended<'a> {
    pub response: &'a Response,
    pub input: &'a [ItemEntry],
    /// Whether it was stored when it began.
    pub is_inserted: bool,
    /// The items for its conversation.
    pub appending: Option<Appending>,
}

/// Items for a conversation.
pub struct Appending {
    pub leaving: Leaving,
    pub messages: Vec<TurnMessage>,
    /// The title for an untitled conversation.
    pub title: Option<Title>,
    pub has_reply: bool,
}

/// The result of storing a response that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredResponse {
    /// All is stored. The number of the first item in the conversation.
    Done(Option<Sequence>),
    /// Not stored: it was cancelled or deleted, or failed since its lease ran out.
    Gone,
    /// Not stored: the conversation does not exist.
    NoConversation,
    /// Not stored: the conversation would hold too many items.
    Full,
    /// Not stored: the turn has left the queue.
    Overtaken,
}

/// The items of one response of a chain.
#[derive(Clone, Debug)]
pub struct ChainEntry {
    pub items: ResponseItems,
}

/// The result of a cancel.
#[derive(Clone, Debug)]
pub enum CancelResult {
    /// It is cancelled, now or before.
    Done(Box<Response>),
    /// It is not a background response.
    NotBackground,
    /// It had ended before; it stays as it is.
    HasEnded(Box<Response>),
}
