use super::ShareId;
use crate::error::{Error, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::items::{Content, Role};
use crate::title::Title;
use chrono::{DateTime, TimeDelta, Utc};
use ulid::Ulid;

/// An owner's link.
#[derive(Clone)]
pub struct Share {
    pub share_id: ShareId,
    pub conversation_id: ConversationId,
    /// The message of a message link; `None` for a whole conversation.
    pub item_id: Option<ItemId>,
    /// The conversation's title when the link was made. The link shows this title.
    pub title: Option<Title>,
    /// Whether visitors cannot add messages through it.
    pub read_only: bool,
    /// Whether it shows messages that came after it was made.
    pub live: bool,
    /// Whether a message link also shows the messages before it.
    pub include_context: bool,
    /// How often its first page was shown.
    pub view_count: u64,
    pub created_at: DateTime<Utc>,
    /// When it expires; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked, or its message deleted.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The key of a link in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShareKey {
    pub owner: OwnerId,
    pub conversation: ConversationId,
    pub id: Ulid,
}

/// The lifetime of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkLifetime(TimeDelta);

impl LinkLifetime {
    /// A minute to a year, in seconds.
    pub fn parse(seconds: i64) -> Result<Self> {
        match seconds {
            60..=31_536_000 => Ok(Self(TimeDelta::seconds(seconds))),
            _ => Err(Error::invalid(
                "expires_in",
                "expires_in must be 60 to 31536000 seconds.",
            )),
        }
    }

    pub fn from(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.0
    }
}

/// A client's request for a link.
#[derive(Clone, Copy, Debug)]
pub enum NewLink {
    /// To a conversation as it is now; a writable link also shows new messages.
    Conversation { read_only: bool, live: bool },
    /// To one message, with or without the messages before it.
    Message { item: ItemId, include_context: bool },
}

impl NewLink {
    /// A link to a conversation; by default read-only, and without later messages. A writable link
    /// is live, since its visitors want to see the messages that they add.
    pub fn to_conversation(read_only: Option<bool>, live: Option<bool>) -> Result<Self> {
        let read_only = read_only.unwrap_or(true);
        match (read_only, live) {
            (false, Some(false)) => Err(Error::invalid(
                "live",
                "A link with read_only false shows new messages: live must be true or absent.",
            )),
            (read_only, live) => Ok(Self::Conversation {
                read_only,
                live: live.unwrap_or(!read_only),
            }),
        }
    }

    /// A link to a message. Such links are never writable.
    pub fn to_message(
        item: ItemId,
        include_context: Option<bool>,
        read_only: Option<bool>,
    ) -> Result<Self> {
        if read_only == Some(false) {
            let message = "A link to a message is read-only: read_only must be true or absent.";
            return Err(Error::invalid("read_only", message));
        }
        Ok(Self::Message {
            item,
            include_context: include_context.unwrap_or(false),
        })
    }
}

/// The purpose of opening a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// Reading it (GET).
    Reading,
    /// Asking for the headers of the answer only (HEAD).
    Asking,
}

/// A visitor's view of a link: a page of messages, without information about the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub title: Option<Title>,
    pub read_only: bool,
    pub live: bool,
    pub expires_at: Option<DateTime<Utc>>,
    /// In the order of the conversation.
    pub items: Vec<SharedItem>,
    /// Whether more messages follow the last one.
    pub has_more: bool,
    /// Whether messages may precede the first one.
    pub has_before: bool,
}

/// A visitor's view of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedItem {
    pub id: ItemId,
    pub role: Speaker,
    pub content: Content,
    pub created_at: DateTime<Utc>,
}

/// The roles whose messages a link shows. Other roles are never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    User,
    Assistant,
}

impl Speaker {
    /// `None` for roles that links do not show.
    pub fn of(role: Role) -> Option<Self> {
        match role {
            Role::User => Some(Self::User),
            Role::Assistant => Some(Self::Assistant),
            Role::System | Role::Developer | Role::Tool => None,
        }
    }
}
