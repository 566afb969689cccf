use crate::error::Result;
use crate::id::ConversationId;
use crate::text;
use std::collections::HashSet;

/// The result of an action on many conversations.
#[derive(Clone, Debug)]
pub struct BulkResult {
    pub done: usize,
    /// The other ids, as sent, each once: the owner has no such conversation, or the action is not
    /// possible there.
    pub failed: Vec<String>,
}

/// The distinct ids of an action on many conversations.
pub(super) struct SentIds {
    pub(super) ids: Vec<(ConversationId, String)>,
    /// The texts that are not ids of conversations.
    malformed: Vec<String>,
}

impl SentIds {
    /// The longest text that is taken for an id, in characters: those that are none are sent back.
    const LONGEST: usize = 256;

    pub(super) fn of(sent: Vec<String>) -> Result<Self> {
        for (index, raw) in sent.iter().enumerate() {
            let name = format!("conversation_ids[{index}]");
            text::check(&name, raw, 0..=Self::LONGEST)?;
        }
        Ok(Self::distinct(sent))
    }

    fn distinct(sent: Vec<String>) -> Self {
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

    pub(super) fn but(self, done: Vec<ConversationId>) -> BulkResult {
        let done: HashSet<_> = done.into_iter().collect();
        let mut failed = self.malformed;
        let others = self.ids.into_iter();
        let others = others.filter(|(id, _)| !done.contains(id));
        failed.extend(others.map(|(_, raw)| raw));
        BulkResult {
            done: done.len(),
            failed,
        }
    }
}

impl BulkResult {
    /// The answer to a repeated request, whose first attempt applied to these of the sent ids.
    pub fn again(sent: Vec<String>, done: Vec<ConversationId>) -> Self {
        SentIds::distinct(sent).but(done)
    }
}
