use super::ShareId;
use crate::conversations::Title;
use crate::error::{Error, Result};
use crate::id::{ConversationId, ItemId, OwnerId};
use crate::items::{Content, Role};
use chrono::{DateTime, TimeDelta, Utc};
use ulid::Ulid;

/// A link that its owner made.
#[derive(Clone)]
pub struct Share {
    pub share_id: ShareId,
    pub conversation_id: ConversationId,
    /// The message of a message link; `None` for a whole conversation.
    pub item_id: Option<ItemId>,
    /// The conversation's title when the link was made: what the link shows.
    pub title: Option<Title>,
    /// Whether nobody may add messages through it.
    pub read_only: bool,
    /// Whether it shows what was said after it was made.
    pub live: bool,
    /// Whether a message link shows what stands before the message.
    pub include_context: bool,
    /// How often its first page was shown.
    pub view_count: u64,
    pub created_at: DateTime<Utc>,
    /// From when on it has ended; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked, or its message deleted.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Which link, as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShareKey {
    pub owner: OwnerId,
    pub conversation: ConversationId,
    pub id: Ulid,
}

/// How long a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime(TimeDelta);

impl Lifetime {
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

/// What a link is to be, as a client asks for it.
#[derive(Clone, Copy, Debug)]
pub enum NewLink {
    /// To a conversation as it stands; a writable one follows new messages.
    Conversation { read_only: bool, live: bool },
    /// To one message, with or without what stands before it.
    Message { item: ItemId, include_context: bool },
}

impl NewLink {
    /// A link to a conversation, read-only and standing still by default. Whoever may write
    /// wants to see what was written, so a writable one is live.
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

    /// A link to a message. It is never writable.
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

/// What a link is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// To read it.
    Reading,
    /// To see what the answer would be; it is thrown away.
    Asking,
}

/// What a visitor sees of a link: a page of messages, and nothing of the owner.
#[derive(Clone, Debug)]
pub struct View {
    pub title: Option<Title>,
    pub read_only: bool,
    pub live: bool,
    pub expires_at: Option<DateTime<Utc>>,
    /// In the order they were said.
    pub items: Vec<SharedItem>,
    /// Whether messages follow the last one.
    pub has_more: bool,
    /// Whether messages may stand before the first one.
    pub has_before: bool,
}

/// What a visitor sees of a message.
#[derive(Clone, Debug)]
pub struct SharedItem {
    pub id: ItemId,
    pub role: Speaker,
    pub content: Content,
    pub created_at: DateTime<Utc>,
}

/// Whose messages a link shows. Those of other roles are never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    User,
    Assistant,
}

impl Speaker {
    /// `None` for roles that no link shows.
    pub fn of(role: Role) -> Option<Self> {
        match role {
            Role::User => Some(Self::User),
            Role::Assistant => Some(Self::Assistant),
            Role::System | Role::Developer | Role::Tool => None,
        }
    }
}
