use super::TurnStore;
use crate::conversations::Conversation;
use crate::error::{Error, Result};
use crate::id::{ConversationId, OwnerId};
use crate::turns::{QueuedTurn, Turn};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// The conversation that was made for a turn. If the turn is not stored, the conversation is
/// withdrawn.
pub(super) struct MadeConversation {
    turns: Arc<dyn TurnStore>,
    owner: OwnerId,
    conversation: Conversation,
    turn: Option<QueuedTurn>,
}

impl MadeConversation {
    pub(super) fn new(
        turns: Arc<dyn TurnStore>,
        owner: OwnerId,
        conversation: Conversation,
    ) -> Self {
        Self {
            turns,
            owner,
            conversation,
            turn: None,
        }
    }

    pub(super) fn id(&self) -> ConversationId {
        self.conversation.id
    }

    /// Records the turn for which the conversation was made: a failed turn may leave the queue a
    /// moment later.
    pub(super) fn is_for(&mut self, turn: &Turn) {
        self.turn = Some(turn.leaving(false).turn);
    }

    /// Withdraws it because the turn failed. A failure of the server itself may last, so then the
    /// client is answered first: this returns the conversation, for [`MadeConversation::withdraw`].
    pub(super) async fn failed(self, error: &Error, now: DateTime<Utc>) -> Option<Self> {
        if !error.is_ours() && self.withdraw(now).await.is_ok() {
            return None;
        }
        Some(self)
    }

    /// If this fails, the conversation stays: an empty one is better than a lost turn.
    pub(super) async fn withdraw(&self, now: DateTime<Utc>) -> Result<()> {
        let (owner, made) = (self.owner, &self.conversation);
        self.turns.withdraw(owner, made, self.turn, now).await
    }
}
