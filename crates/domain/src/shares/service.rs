use super::{
    InsertedLink, LinkLifetime, NewLink, NewShare, Revoked, Share, ShareCursor, ShareId, ShareList,
    ShareState, ShareStore, ViewCounts,
};
use crate::clock::{Clock, Ids};
use crate::error::{Error, Invalid, InvalidReason, Resource, Result};
use crate::id::{ConversationId, OwnerId};
use crate::limits::RateLimits;
use crate::page::{Limit, Order, Page};
use crate::secret::Secrets;
use crate::usage::UsageGuard;
use chrono::TimeDelta;
use std::sync::Arc;
use ulid::Ulid;

/// The use cases of links: those of owners here, those of visitors in `public`.
pub struct ShareService {
    pub(super) store: Arc<dyn ShareStore>,
    pub(super) usage: Arc<UsageGuard>,
    pub(super) views: Arc<ViewCounts>,
    pub(super) limits: Arc<dyn RateLimits>,
    pub(super) secrets: Arc<dyn Secrets>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
}

/// An owner's request for a page of links.
#[derive(Clone, Debug)]
pub struct ListShares {
    /// Only links of this conversation.
    pub conversation: Option<ConversationId>,
    pub state: Option<ShareState>,
    pub limit: Limit,
    pub order: Order,
    /// The name of the last link of the page before.
    pub after: Option<String>,
}

impl ShareService {
    /// How long an ended link is distinguished from an unknown one, and is in its owner's list.
    pub const REMEMBERED: TimeDelta = TimeDelta::days(30);

    pub fn new(
        store: Arc<dyn ShareStore>,
        usage: Arc<UsageGuard>,
        views: Arc<ViewCounts>,
        limits: Arc<dyn RateLimits>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self {
            store,
            usage,
            views,
            limits,
            secrets,
            clock,
            ids,
        }
    }

    /// Makes a link to the current state of a conversation or message.
    pub async fn create(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        link: NewLink,
        lifetime: Option<LinkLifetime>,
    ) -> Result<Share> {
        let now = self.clock.now();
        let (item, read_only, live, include_context) = match link {
            NewLink::Conversation { read_only, live } => (None, read_only, live, false),
            NewLink::Message {
                item,
                include_context,
            } => (Some(item), true, false, include_context),
        };
        let share_id = ShareId::generate(&*self.secrets, item.is_some(), now);
        let cursor = ShareCursor::read(&*self.secrets, share_id.as_str());
        let new = NewShare {
            cursor: cursor.ok_or_else(|| Error::Internal("a link's name has no cursor".into()))?,
            digest: share_id.digest(&*self.secrets),
            share_id,
            owner,
            conversation,
            item,
            read_only,
            live,
            include_context,
            created_at: now,
            expires_at: lifetime.map(|lifetime| lifetime.from(now)),
        };
        self.usage.check_quota_for_text(owner)?;
        match self.store.insert(&new).await? {
            InsertedLink::Done(title) => Ok(Share {
                share_id: new.share_id,
                conversation_id: conversation,
                item_id: item,
                title,
                read_only,
                live,
                include_context,
                view_count: 0,
                created_at: now,
                expires_at: new.expires_at,
                revoked_at: None,
            }),
            InsertedLink::NoConversation => Err(Resource::Conversation.absent()),
            InsertedLink::NoItem => Err(Resource::Item.absent()),
            InsertedLink::HiddenItem => Err(Error::Invalid(Invalid {
                param: None,
                reason: InvalidReason::Value,
                message: "Links show only messages of users and assistants; this item is not one."
                    .to_owned(),
            })),
        }
    }

    pub async fn list(&self, owner: OwnerId, list: ListShares) -> Result<Page<Share>> {
        let now = self.clock.now();
        let after = list.after.map(|after| {
            ShareCursor::read(&*self.secrets, &after).ok_or_else(|| {
                Error::Invalid(Invalid {
                    param: Some("after".to_owned()),
                    reason: InvalidReason::Cursor,
                    message: "after must be the next_after of an earlier page of the same list."
                        .to_owned(),
                })
            })
        });
        let list = ShareList {
            conversation: list.conversation,
            state: list.state,
            limit: list.limit,
            order: list.order,
            after: after.transpose()?,
            now,
            ended_since: now - Self::REMEMBERED,
        };
        let page = self.store.list(owner, &list).await?;
        page.ok_or_else(|| Resource::Conversation.absent())
    }

    /// An owner's link, by its cursor.
    pub async fn find(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        cursor: ShareCursor,
    ) -> Result<Share> {
        let now = self.clock.now();
        let list = ShareList {
            conversation: Some(conversation),
            state: None,
            limit: Limit::ONE,
            order: Order::Descending,
            // The first link before the next cursor is the wanted one, if it exists.
            after: Some(ShareCursor(Ulid(cursor.0.0.saturating_add(1)))),
            now,
            ended_since: now - Self::REMEMBERED,
        };
        let page = self.store.list(owner, &list).await?;
        let page = page.ok_or_else(|| Resource::Conversation.absent())?;
        let is_it = |share: &Share| {
            ShareCursor::read(&*self.secrets, share.share_id.as_str()) == Some(cursor)
        };
        let share = page.data.into_iter().next().filter(is_it);
        share.ok_or_else(|| Resource::Share.absent())
    }

    /// Ends a link; the next request sees it. Ending it a second time fails as absent.
    pub async fn revoke(
        &self,
        owner: OwnerId,
        conversation: Option<ConversationId>,
        share_id: &str,
    ) -> Result<()> {
        let digest = self.secrets.digest(share_id);
        let now = self.clock.now();
        match self.store.revoke(owner, conversation, digest, now).await? {
            Revoked::Done => Ok(()),
            Revoked::NoConversation => Err(Resource::Conversation.absent()),
            Revoked::NoShare => Err(Resource::Share.absent_as(share_id)),
        }
    }
}
