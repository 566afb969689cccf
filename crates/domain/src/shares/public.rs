//! The use cases of a link's visitors: read, add, copy.

use super::{
    AddedMessage, Addition, Fork, Forked, FoundLink, Link, LinkStanding, ShareService, SharedItem,
    Speaker, View, ViewFrom, ViewPage, Visit,
};
use crate::admission::Caller;
use crate::conversations::Conversation;
use crate::error::ExceededQuota;
use crate::error::Limited;
use crate::error::{Conflict, Error, Forbidden, Resource, Result, Unauthenticated};
use crate::id::{ConversationId, ItemId, OwnerId, Sequence};
use crate::items::title_from;
use crate::items::{Content, Role};
use crate::limits::Origin;
use crate::page::{Limit, PAGE_BYTES};
use crate::secret::Digest;
use chrono::{DateTime, Utc};

impl ShareService {
    /// A page of a link. Reading the first page counts as a view.
    pub async fn view(
        &self,
        origin: Origin,
        share_id: &str,
        page: ViewPage,
        visit: Visit,
    ) -> Result<View> {
        self.visited(origin)?;
        let digest = self.secrets.digest(share_id);
        let link = self.open(Caller::Address(origin), digest, page).await?;
        if page.from == ViewFrom::Beginning && visit == Visit::Reading {
            self.views.count(link.key);
        }
        let backwards = matches!(page.from, ViewFrom::Before(_));
        let at_all = !link.items.is_empty();
        Ok(View {
            title: link.title,
            read_only: link.read_only,
            live: link.live,
            expires_at: link.expires_at,
            // If a page ends before a given message, that message follows.
            has_more: if backwards { at_all } else { link.has_more },
            has_before: match page.from {
                ViewFrom::Beginning => false,
                ViewFrom::After(sequence) => sequence.0 > 0,
                ViewFrom::Before(_) => link.has_more,
            },
            items: link.items,
        })
    }

    /// The position of a page among all messages of its link; `None` if it is the only page.
    pub async fn standing(
        &self,
        origin: Origin,
        share_id: &str,
        view: &View,
    ) -> Result<Option<LinkStanding>> {
        let first = match view.items.first() {
            Some(first) if view.has_more || view.has_before => first.id.sequence(),
            _ => return Ok(None),
        };
        let digest = self.secrets.digest(share_id);
        let standing = self.store.count(Caller::Address(origin), digest, first);
        standing.await.map(Some)
    }

    /// Adds a message of a signed-in visitor, with the role `user`.
    pub async fn append(
        &self,
        origin: Origin,
        share_id: &str,
        author: OwnerId,
        content: Content,
    ) -> Result<SharedItem> {
        self.visited(origin)?;
        let digest = self.secrets.digest(share_id);
        if self.usage.is_needed()
            && let Some(owner) = self.store.find_owner(author, digest).await?
        {
            self.usage.check_quota_for_text(owner)?;
        }
        let addition = Addition {
            seed: self.ids.ulid(),
            author,
            title: title_from(Role::User, &content),
            content,
            now: self.clock.now(),
        };
        match self.store.append(digest, &addition).await? {
            AddedMessage::At(sequence) => Ok(SharedItem {
                id: ItemId::at(addition.seed, sequence),
                role: Speaker::User,
                content: addition.content,
                created_at: addition.now,
            }),
            AddedMessage::LinkFull => Err(Error::Conflict(Conflict::ShareFull)),
            AddedMessage::ConversationFull => Err(Error::Conflict(Conflict::ConversationFull)),
            AddedMessage::Refused => Err(self.refusal(author, digest).await?),
        }
    }

    /// A message that came through a link, as the link shows it now.
    pub async fn added(
        &self,
        origin: Origin,
        share_id: &str,
        visitor: OwnerId,
        id: ItemId,
    ) -> Result<SharedItem> {
        self.visited(origin)?;
        let page = ViewPage {
            limit: Limit::ONE,
            bytes: PAGE_BYTES,
            from: ViewFrom::After(Sequence(id.sequence().0.saturating_sub(1))),
        };
        let digest = self.secrets.digest(share_id);
        let link = self.open(Caller::Owner(visitor), digest, page).await?;
        let shown = link.items.into_iter().find(|item| item.id == id);
        shown.ok_or_else(|| Resource::Item.absent())
    }

    /// Counts a request of a visitor.
    pub fn visited(&self, origin: Origin) -> Result<()> {
        self.limits.take(Limited::Share, origin.into())
    }

    /// The reason why a message was refused.
    async fn refusal(&self, author: OwnerId, digest: Digest) -> Result<Error> {
        Ok(match self.glance(author, digest).await? {
            Link {
                read_only: true, ..
            } => Error::Forbidden(Forbidden::ShareReadOnly),
            // The link is good, so the caller has been removed.
            _ => Error::Unauthenticated(Unauthenticated::Invalid),
        })
    }

    /// Copies the messages of a link into a new conversation of `owner`.
    pub async fn fork(
        &self,
        origin: Origin,
        share_id: &str,
        owner: OwnerId,
    ) -> Result<Conversation> {
        self.visited(origin)?;
        let digest = self.secrets.digest(share_id);
        self.usage.check_quota_for_conversation(owner)?;
        // An owner's copies are made one after another, and each is counted before the next is
        // measured.
        let _permit = self.store.fork_permit(owner).await?;
        let left = self.usage.storage_left(owner).await?;
        let (id, seed) = self.ids.pair();
        let fork = Fork {
            owner,
            id: ConversationId::new(id),
            seed,
            now: self.clock.now(),
            most_bytes: left.map(|left| left.bytes),
        };
        match self.store.fork(digest, &fork).await? {
            Forked::Done(conversation, bytes) => {
                self.usage.stored(owner, bytes.unwrap_or_default());
                Ok(*conversation)
            }
            Forked::TooLarge => {
                let limit = left.map_or(0, |left| left.limit);
                Err(Error::Conflict(Conflict::QuotaExceeded(
                    ExceededQuota::Storage { limit },
                )))
            }
            Forked::Refused => {
                self.glance(owner, digest).await?;
                // The link is good, so the caller has been removed.
                Err(Error::Unauthenticated(Unauthenticated::Invalid))
            }
        }
    }

    /// The link, with as few messages as possible, if it has not ended.
    async fn glance(&self, owner: OwnerId, digest: Digest) -> Result<Link> {
        let first = ViewPage {
            limit: Limit::ONE,
            bytes: PAGE_BYTES,
            from: ViewFrom::Beginning,
        };
        self.open(Caller::Owner(owner), digest, first).await
    }

    /// The link, if it has not ended.
    async fn open(&self, caller: Caller, digest: Digest, page: ViewPage) -> Result<Link> {
        let now = self.clock.now();
        let ended = match self.store.find(caller, digest, &page, now).await? {
            FoundLink::Nothing => None,
            FoundLink::Tombstone(ended) => Some(ended),
            FoundLink::Link(link) => match end(&link, now) {
                None => return Ok(*link),
                ended => ended,
            },
        };
        Err(match ended {
            Some(ended) if now - ended < Self::REMEMBERED => Error::Gone,
            _ => Resource::Share.absent(),
        })
    }
}

/// When a link ended, if it has.
fn end(link: &Link, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let expired = link.expires_at.filter(|expires| *expires <= now);
    let gone = (!link.present).then_some(now);
    [link.revoked_at, expired, gone].into_iter().flatten().min()
}
