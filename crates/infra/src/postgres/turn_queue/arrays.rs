use crate::postgres::ids;
use domain::turns::QueuedTurn;
use uuid::Uuid;

/// Turns as one array per column.
pub(super) struct QueueArrays {
    pub(super) owner_ids: Vec<Uuid>,
    pub(super) conversation_ids: Vec<Uuid>,
    pub(super) tokens: Vec<Uuid>,
}

impl From<&[QueuedTurn]> for QueueArrays {
    fn from(turns: &[QueuedTurn]) -> Self {
        let each = turns.iter();
        let owners = each.clone().map(|turn| turn.owner.ulid());
        let conversations = each.clone().map(|turn| turn.conversation.ulid());
        Self {
            owner_ids: owners.map(ids::stored).collect(),
            conversation_ids: conversations.map(ids::stored).collect(),
            tokens: each.map(|turn| ids::stored(turn.token)).collect(),
        }
    }
}
