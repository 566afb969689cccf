use crate::postgres::ids;
use domain::id::{ConversationId, ItemId, OwnerId};
use uuid::Uuid;

/// An owner's conversation, in stored form.
pub(in crate::postgres) type ConversationKey = (Uuid, Uuid);

/// An item of an owner's conversation, in stored form.
#[derive(Clone, Copy)]
pub(in crate::postgres) struct ItemKey {
    pub(in crate::postgres) owner_id: Uuid,
    pub(in crate::postgres) conversation_id: Uuid,
    pub(in crate::postgres) sequence: i32,
    pub(in crate::postgres) id: Uuid,
}

impl ItemKey {
    pub(in crate::postgres) fn new(
        owner: OwnerId,
        conversation: ConversationId,
        id: ItemId,
    ) -> Self {
        let (owner_id, conversation_id) = key(owner, conversation);
        // Larger numbers than the database's integer were never assigned.
        let sequence = i32::try_from(id.sequence().0).unwrap_or_default();
        Self {
            owner_id,
            conversation_id,
            sequence,
            id: ids::stored(id.ulid()),
        }
    }
}

pub(in crate::postgres) fn key(owner: OwnerId, conversation: ConversationId) -> ConversationKey {
    (ids::stored(owner.ulid()), ids::stored(conversation.ulid()))
}
