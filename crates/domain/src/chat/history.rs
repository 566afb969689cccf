//! Clients that send the whole history with each turn. Messages that the conversation holds already
//! are neither stored nor sent to the model again.

use super::NewMessage;
use crate::error::Result;
use crate::id::{ConversationId, OwnerId, Sequence};
use crate::items::{Content, Item, Part, Parts, Role};
use crate::replies::{ReplyStore, prompt};
use crate::thoughts::{Extent, apart, apart_again};
use std::collections::HashSet;

/// How many bytes a conversation may hold beyond the messages of the request. A longer conversation
/// is not read to its end.
const BESIDE: usize = 1024 * 1024;

/// The items of a conversation, newest first.
#[derive(Default)]
struct StoredItems {
    /// The messages of users and assistants, calls and their outputs.
    said: Vec<Item>,
    instructions: Vec<Item>,
}

/// The indexes in the request of the messages that the conversation holds already. The request must
/// begin with all user and assistant messages of the conversation, in order, with at least one
/// assistant message, and must end with something new. Instructions that the conversation holds
/// count as well, and so do `blank` replies. Empty where the request is not of this form.
pub(super) async fn retold(
    store: &dyn ReplyStore,
    owner: OwnerId,
    conversation: ConversationId,
    last: Sequence,
    messages: &[NewMessage],
    blank: &[usize],
) -> Result<Vec<usize>> {
    let said: Vec<_> = messages
        .iter()
        .filter(|sent| is_said(sent.role, &sent.content))
        .collect();
    if blank.is_empty() && !said.iter().any(|sent| sent.role == Role::Assistant) {
        return Ok(Vec::new());
    }
    let bytes = said.iter().map(|said| said.content.bytes());
    let bytes = bytes.sum::<usize>() + BESIDE;
    let held = held(store, owner, conversation, last, (said.len(), bytes)).await?;
    Ok(held
        .and_then(|held| indexes(&held, messages, &said, blank))
        .unwrap_or_default())
}

fn is_said(role: Role, content: &Content) -> bool {
    match content.kind().is_message() {
        true => matches!(role, Role::User | Role::Assistant),
        false => prompt::tied(content).is_some(),
    }
}

/// All items of the conversation; `None` where they are more than these messages or bytes.
async fn held(
    store: &dyn ReplyStore,
    owner: OwnerId,
    conversation: ConversationId,
    last: Sequence,
    (messages, bytes): (usize, usize),
) -> Result<Option<StoredItems>> {
    let mut held = StoredItems::default();
    let mut before = last.next();
    let mut left = bytes;
    loop {
        let batch = store.preceding(owner, conversation, before, left).await?;
        let Some(oldest) = batch.last() else {
            return Ok(Some(held));
        };
        before = oldest.id.sequence();
        for item in batch {
            let Some(rest) = left.checked_sub(item.content.bytes()) else {
                return Ok(None);
            };
            left = rest;
            match item.role {
                _ if is_said(item.role, &item.content) => held.said.push(item),
                Role::System | Role::Developer => held.instructions.push(item),
                Role::User | Role::Assistant | Role::Tool => {}
            }
        }
        if held.said.len() > messages {
            return Ok(None);
        }
    }
}

fn indexes(
    held: &StoredItems,
    messages: &[NewMessage],
    said: &[&NewMessage],
    blank: &[usize],
) -> Option<Vec<usize>> {
    let again = said.get(..held.said.len())?;
    let end = again.last()?.at;
    // A message and its calls are one message of the request.
    if said.get(held.said.len()).is_some_and(|next| next.at == end) {
        return None;
    }
    let is_by_assistant = again.iter().any(|said| said.role == Role::Assistant)
        || blank.iter().any(|index| *index > 0);
    let mut pairs = held.said.iter().rev().zip(again);
    let is_same = pairs.all(|(item, said)| is_same(item, said));
    let is_more = messages.iter().any(|sent| sent.at > end);
    if !(is_by_assistant && is_same && is_more) {
        return None;
    }
    let known = held.instructions.iter();
    let known: HashSet<&str> = known.map(|known| known.content.as_str().trim()).collect();
    let instructions = messages.iter().take_while(|sent| sent.at < end);
    let instructions = instructions.filter(|sent| {
        !is_said(sent.role, &sent.content) && known.contains(sent.content.as_str().trim())
    });
    let instructions = instructions.map(|sent| sent.at);
    let mut indexes: Vec<_> = again.iter().map(|said| said.at).collect();
    indexes.extend(instructions);
    indexes.extend(blank);
    indexes.sort_unstable();
    indexes.dedup();
    Some(indexes)
}

/// The client may have got the model's thoughts within the text; the stored text does not have
/// them. Clients trim white space, write line ends in their own way, and join the parts of a reply
/// with or without them.
fn is_same(item: &Item, said: &NewMessage) -> bool {
    if !(item.content.kind().is_message() && said.content.kind().is_message()) {
        let stored = prompt::tied(&item.content);
        return stored.is_some() && stored == prompt::tied(&said.content);
    }
    let (stored, sent) = (item.content.as_str(), said.content.as_str());
    item.role == said.role
        && beside_text(&item.content) == beside_text(&said.content)
        && (is_equal(stored, sent)
            || said.role == Role::Assistant
                && [Extent::Whole, Extent::Cut]
                    .into_iter()
                    .flat_map(|how| [apart(sent, how), apart_again(sent, how)])
                    .any(|apart| is_equal(stored, &apart.text)))
}

/// The pictures, files and other parts of a message.
fn beside_text(content: &Content) -> Vec<Part> {
    let parts = content.parts().map(Parts::each).unwrap_or_default();
    let parts = parts.iter().map(Part::of);
    parts
        .filter(|part| !matches!(part, Part::Text(_)))
        .collect()
}

/// Whether two texts are equal except for white space.
fn is_equal(stored: &str, sent: &str) -> bool {
    fn seen(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| !c.is_whitespace())
    }
    stored == sent || seen(stored).eq(seen(sent))
}
