//! Clients that send the whole history with each turn. Messages that the conversation holds already
//! are neither stored nor sent to the model again.

use super::NewMessage;
use crate::error::Result;
use crate::id::{ConversationId, OwnerId, Sequence};
use crate::items::{Item, Role};
use crate::replies::ReplyStore;
use crate::thoughts::{Extent, apart, apart_again};
use std::collections::HashSet;

/// How many bytes a conversation may hold beyond the messages of the request. A longer conversation
/// is not read to its end.
const BESIDE: usize = 1024 * 1024;

/// The items of a conversation, newest first.
#[derive(Default)]
struct Held {
    /// The items of users and assistants.
    said: Vec<Item>,
    instructions: Vec<Item>,
}

/// The places in the request of the messages that the conversation holds already. The request must
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
    let said: Vec<_> = messages.iter().filter(|sent| is_said(sent.role)).collect();
    if blank.is_empty() && !said.iter().any(|sent| sent.role == Role::Assistant) {
        return Ok(Vec::new());
    }
    let bytes = said.iter().map(|said| said.content.as_str().len());
    let bytes = bytes.sum::<usize>() + BESIDE;
    let held = held(store, owner, conversation, last, (said.len(), bytes)).await?;
    Ok(held
        .and_then(|held| places(&held, messages, &said, blank))
        .unwrap_or_default())
}

fn is_said(role: Role) -> bool {
    matches!(role, Role::User | Role::Assistant)
}

/// All items of the conversation; `None` where they are more than these messages or bytes.
async fn held(
    store: &dyn ReplyStore,
    owner: OwnerId,
    conversation: ConversationId,
    last: Sequence,
    (messages, bytes): (usize, usize),
) -> Result<Option<Held>> {
    let mut held = Held::default();
    let mut before = last.next();
    let mut room = bytes;
    loop {
        let batch = store.preceding(owner, conversation, before, room).await?;
        let Some(oldest) = batch.last() else {
            return Ok(Some(held));
        };
        before = oldest.id.sequence();
        for item in batch {
            let Some(rest) = room.checked_sub(item.content.as_str().len()) else {
                return Ok(None);
            };
            room = rest;
            match item.role {
                Role::User | Role::Assistant => held.said.push(item),
                Role::System | Role::Developer => held.instructions.push(item),
                Role::Tool => {}
            }
        }
        if held.said.len() > messages {
            return Ok(None);
        }
    }
}

fn places(
    held: &Held,
    messages: &[NewMessage],
    said: &[&NewMessage],
    blank: &[usize],
) -> Option<Vec<usize>> {
    let again = said.get(..held.said.len())?;
    let end = again.last()?.at;
    let is_by_assistant = again.iter().any(|said| said.role == Role::Assistant)
        || blank.iter().any(|place| *place > 0);
    let mut pairs = held.said.iter().rev().zip(again);
    let is_same = pairs.all(|(item, said)| is_same(item, said));
    let is_more = messages.iter().any(|sent| sent.at > end);
    if !(is_by_assistant && is_same && is_more) {
        return None;
    }
    let known = held.instructions.iter();
    let known: HashSet<&str> = known.map(|known| known.content.as_str().trim()).collect();
    let instructions = messages.iter().take_while(|sent| sent.at < end);
    let instructions = instructions
        .filter(|sent| !is_said(sent.role) && known.contains(sent.content.as_str().trim()));
    let instructions = instructions.map(|sent| sent.at);
    let mut places: Vec<_> = again.iter().map(|said| said.at).collect();
    places.extend(instructions);
    places.extend(blank);
    places.sort_unstable();
    Some(places)
}

/// The client may have got the model's thoughts within the text; the stored text does not have
/// them. Clients trim white space, write line ends in their own way, and join the parts of a reply
/// with or without them.
fn is_same(item: &Item, said: &NewMessage) -> bool {
    let (stored, sent) = (item.content.as_str(), said.content.as_str());
    item.role == said.role
        && (is_equal(stored, sent)
            || said.role == Role::Assistant
                && [Extent::Whole, Extent::Cut]
                    .into_iter()
                    .flat_map(|how| [apart(sent, how), apart_again(sent, how)])
                    .any(|apart| is_equal(stored, &apart.text)))
}

/// Whether two texts are equal except for white space.
fn is_equal(stored: &str, sent: &str) -> bool {
    fn seen(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| !c.is_whitespace())
    }
    stored == sent || seen(stored).eq(seen(sent))
}
