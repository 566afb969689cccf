//! The object that a request made, as a number for its kind and its ids.

use super::statements::RepeatRow;
use crate::postgres::ids;
use domain::error::{Error, Result};
use domain::id::{ConversationId, ItemId, OwnerId, ProjectId, ResponseId};
use domain::repeats::{Made, Outcome};
use uuid::Uuid;

pub(super) struct MadeColumns {
    pub(super) made: i16,
    pub(super) ids: Vec<Uuid>,
}

impl From<&Made> for MadeColumns {
    fn from(made: &Made) -> Self {
        let of = |made, ids: &[ulid::Ulid]| Self {
            made,
            ids: ids.iter().copied().map(ids::stored).collect(),
        };
        match made {
            Made::Conversation(id) => of(1, &[id.ulid()]),
            Made::Item(conversation, item) => of(2, &[conversation.ulid(), item.ulid()]),
            Made::SharedItem(owner, conversation, item) => {
                of(3, &[owner.ulid(), conversation.ulid(), item.ulid()])
            }
            Made::Project(id) => of(4, &[id.ulid()]),
            Made::Share(conversation, cursor) => of(5, &[conversation.ulid(), *cursor]),
            Made::Several(gone) => {
                let gone: Vec<_> = gone.iter().map(|id| id.ulid()).collect();
                of(6, &gone)
            }
            Made::Cancelled(conversation, item) => {
                let ids = conversation.iter().map(|id| id.ulid());
                let ids: Vec<_> = ids.chain(item.iter().map(|id| id.ulid())).collect();
                of(8, &ids)
            }
            Made::Turn(conversation, reply) => of(7, &[conversation.ulid(), reply.ulid()]),
            Made::Items(conversation, items) => {
                let items = items.iter().map(|id| id.ulid());
                let ids: Vec<_> = [conversation.ulid()].into_iter().chain(items).collect();
                of(9, &ids)
            }
            Made::Response(id) => of(10, &[id.ulid()]),
        }
    }
}

fn made(kind: i16, stored: &[Uuid]) -> Option<Made> {
    let ids: Vec<_> = stored.iter().copied().map(ids::read).collect();
    let conversation = ConversationId::new;
    Some(match (kind, ids.as_slice()) {
        (1, [id]) => Made::Conversation(conversation(*id)),
        (2, [id, item]) => Made::Item(conversation(*id), ItemId::new(*item)),
        (3, [owner, id, item]) => {
            Made::SharedItem(OwnerId::new(*owner), conversation(*id), ItemId::new(*item))
        }
        (4, [id]) => Made::Project(ProjectId::new(*id)),
        (5, [id, cursor]) => Made::Share(conversation(*id), *cursor),
        (6, gone) => Made::Several(gone.iter().copied().map(conversation).collect()),
        (7, [id, reply]) => Made::Turn(conversation(*id), ItemId::new(*reply)),
        (8, []) => Made::Cancelled(None, None),
        (8, [id]) => Made::Cancelled(Some(conversation(*id)), None),
        (8, [id, item]) => Made::Cancelled(Some(conversation(*id)), Some(ItemId::new(*item))),
        (9, [id, items @ ..]) => Made::Items(
            conversation(*id),
            items.iter().copied().map(ItemId::new).collect(),
        ),
        (10, [id]) => Made::Response(ResponseId::new(*id)),
        _ => return None,
    })
}

/// The outcome in a row; `None`: not recorded yet.
pub(super) fn outcome(row: RepeatRow) -> Result<Option<Outcome>> {
    let Some(status) = row.status else {
        return Ok(None);
    };
    let made = made(row.made.unwrap_or_default(), &row.ids.unwrap_or_default());
    let made = made.ok_or_else(|| {
        Error::Internal("a repeat of a kind that this version does not know".into())
    })?;
    Ok(Some(Outcome {
        status: status.cast_unsigned(),
        made,
        finish_reason: row.finish_reason,
    }))
}
