use crate::id::ConversationId;
use std::collections::HashSet;

/// The result of a bulk deletion.
#[derive(Clone, Debug)]
pub struct BulkDeletion {
    pub deleted: usize,
    /// The sent ids for which the owner has no conversation, as sent, each once.
    pub failed: Vec<String>,
}

/// The distinct ids of a bulk deletion.
pub(super) struct Wanted {
    pub(super) ids: Vec<(ConversationId, String)>,
    /// The texts that are not ids of conversations.
    malformed: Vec<String>,
}

impl Wanted {
    pub(super) fn of(sent: Vec<String>) -> Self {
        let (mut ids, mut malformed) = (Vec::<(ConversationId, String)>::new(), Vec::new());
        for raw in sent {
            match ConversationId::parse(&raw) {
                Ok(id) if ids.iter().all(|(other, _)| *other != id) => ids.push((id, raw)),
                Ok(_) => {}
                Err(_) if !malformed.contains(&raw) => malformed.push(raw),
                Err(_) => {}
            }
        }
        Self { ids, malformed }
    }

    pub(super) fn but(self, deleted: Vec<ConversationId>) -> BulkDeletion {
        let deleted: HashSet<_> = deleted.into_iter().collect();
        let mut failed = self.malformed;
        let kept = self.ids.into_iter();
        let kept = kept.filter(|(id, _)| !deleted.contains(id));
        failed.extend(kept.map(|(_, raw)| raw));
        BulkDeletion {
            deleted: deleted.len(),
            failed,
        }
    }
}

impl BulkDeletion {
    /// The answer to a repeated request, whose first attempt deleted these of the sent ids.
    pub fn again(sent: Vec<String>, deleted: Vec<ConversationId>) -> Self {
        Wanted::of(sent).but(deleted)
    }
}
