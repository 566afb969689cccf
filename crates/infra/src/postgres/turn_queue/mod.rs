//! Waiting turns, as rows.

mod arrays;
mod ending;
mod shared_steps;
mod statements;
mod steps;

use super::database::Database;
use super::error::contended;
use super::ids;
use super::row_keys::key;
use crate::postgres::execute::Execute as _;
use arrays::QueueArrays;
use diesel_async::AsyncPgConnection;
use domain::admission::Caller;
use domain::error::{Conflict, Error, Result};
use domain::id::{ConversationId, ItemId, OwnerId};
use domain::turns::{AskedToEnd, Entered, Over, QueuedTurn, TurnEnding, TurnQueue};
pub(super) use shared_steps::{depart, purge_conversation, purge_owner, remember};
pub(super) use statements::Depart;
use statements::{EndedRow, EnteredRow, OutcomeRow, StandingRow, TendedRow};
use ulid::Ulid;
use uuid::Uuid;

/// The queue of turns in PostgreSQL.
pub struct PgTurnQueue(pub Database);

/// How often a turn tries to get a place while others take places at the same moment. Each failure
/// means that another turn has got one, and an owner can do only so much at the same time.
const ATTEMPTS: u8 = 64;

/// The most turns of one conversation that may wait, also of clients that have disconnected.
const MOST: i64 = 100;

/// What came of an attempt to enter the queue.
enum Entering {
    NoConversation,
    /// Too many turns wait already.
    Full,
    At {
        place: i32,
        is_first: bool,
    },
}

#[async_trait::async_trait]
impl TurnQueue for PgTurnQueue {
    async fn enter(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        token: Ulid,
    ) -> Result<Option<Entered>> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let enter = statements::Enter {
            owner_id,
            conversation_id,
            token: ids::stored(token),
            most: MOST,
        };
        let is_divided = self.0.is_divided();
        let work = async |connection: &mut AsyncPgConnection| {
            for _ in 0..ATTEMPTS {
                let enter = enter.clone();
                let found: EnteredRow = match is_divided {
                    false => enter.fetch_one(connection).await?,
                    true => steps::enter(connection, enter).await?,
                };
                if !found.is_there {
                    return Ok(Some(Entering::NoConversation));
                }
                match (found.place, found.before) {
                    (Some(place), before) => {
                        let is_first = before == 0;
                        return Ok(Some(Entering::At { place, is_first }));
                    }
                    (None, MOST..) => return Ok(Some(Entering::Full)),
                    (None, _) => {}
                }
            }
            Ok(None)
        };
        let entered = self.0.run(owner, work).await?;
        let entered = entered.ok_or_else(|| contended(std::io::Error::other("turn_queue")))?;
        let (place, is_first) = match entered {
            Entering::NoConversation => return Ok(None),
            Entering::Full => return Err(Error::Conflict(Conflict::ConversationLocked)),
            Entering::At { place, is_first } => (place, is_first),
        };
        Ok(Some(Entered {
            turn: QueuedTurn {
                owner,
                conversation,
                place: place.cast_unsigned(),
                token,
            },
            is_first,
        }))
    }

    async fn is_first(&self, turn: QueuedTurn) -> Result<Option<bool>> {
        let (owner_id, conversation_id) = key(turn.owner, turn.conversation);
        let query = statements::IsFirst {
            owner_id,
            conversation_id,
            place: turn.place.cast_signed(),
            token: ids::stored(turn.token),
        };
        let found: StandingRow = self
            .0
            .run(turn.owner, async |connection| {
                query.fetch_one(connection).await
            })
            .await?;
        Ok(found.is_there.then_some(found.is_first))
    }

    async fn leave(&self, turns: &[QueuedTurn]) -> Result<usize> {
        let arrays = QueueArrays::from(turns);
        let leave = statements::Leave {
            owner_ids: &arrays.owner_ids,
            conversation_ids: &arrays.conversation_ids,
            tokens: &arrays.tokens,
        };
        let caller = match turns {
            [turn] => Caller::Owner(turn.owner),
            _ => Caller::Service,
        };
        self.0
            .run(caller, async |connection| leave.write(connection).await)
            .await
    }

    async fn ended(&self, turn: QueuedTurn) -> Result<bool> {
        let (owner_id, conversation_id) = key(turn.owner, turn.conversation);
        let ended = statements::Ended {
            owner_id,
            conversation_id,
            token: ids::stored(turn.token),
        };
        let ended = self
            .0
            .run(turn.owner, async |connection| ended.write(connection).await)
            .await?;
        Ok(ended > 0)
    }

    async fn tend(
        &self,
        turns: &[QueuedTurn],
        renews: bool,
    ) -> Result<Vec<(Ulid, Option<TurnEnding>)>> {
        let arrays = QueueArrays::from(turns);
        let renew = statements::Renew {
            owner_ids: &arrays.owner_ids,
            conversation_ids: &arrays.conversation_ids,
            tokens: &arrays.tokens,
        };
        let look = statements::Look {
            owner_ids: &arrays.owner_ids,
            conversation_ids: &arrays.conversation_ids,
            tokens: &arrays.tokens,
        };
        let work = async |connection: &mut AsyncPgConnection| match renews {
            true => renew.fetch_all(connection).await,
            false => look.fetch_all(connection).await,
        };
        let found: Vec<TendedRow> = self.0.run(Caller::Service, work).await?;
        let read = |row: TendedRow| {
            let ending = row.ending.map(ending::read).transpose()?;
            Ok((ids::read(row.token), ending))
        };
        found.into_iter().map(read).collect()
    }

    async fn end(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        ending: TurnEnding,
    ) -> Result<AskedToEnd> {
        let (owner_id, conversation_id) = key(owner, conversation);
        let end = statements::End {
            ending: ending::stored(ending),
            owner_id,
            conversation_id,
        };
        let found: Option<EndedRow> = self
            .0
            .run(owner, async |connection| {
                end.fetch_optional(connection).await
            })
            .await?;
        let Some(found) = found else {
            return Ok(AskedToEnd::NoConversation);
        };
        let (Some(place), Some(token), Some(ending)) = (found.place, found.token, found.ending)
        else {
            return Ok(AskedToEnd::NoTurn);
        };
        let turn = QueuedTurn {
            owner,
            conversation,
            place: place.cast_unsigned(),
            token: ids::read(token),
        };
        Ok(AskedToEnd::Turn(turn, ending::read(ending)?))
    }

    async fn outcome(&self, turn: QueuedTurn) -> Result<Option<Over>> {
        let (owner_id, conversation_id) = key(turn.owner, turn.conversation);
        let query = statements::Outcome {
            owner_id,
            conversation_id,
            token: ids::stored(turn.token),
        };
        let found: Option<OutcomeRow> = self
            .0
            .run(turn.owner, async |connection| {
                query.fetch_optional(connection).await
            })
            .await?;
        let Some(found) = found else {
            return Ok(Some(Over::ByItself));
        };
        let item = found.item_id.map(|item| ItemId::new(ids::read(item)));
        Ok(match (found.is_over, found.is_cancelled) {
            (false, _) => None,
            (true, false) => Some(Over::ByItself),
            (true, true) => Some(Over::Ended(item)),
        })
    }

    async fn forget_expired(&self, most: u64) -> Result<usize> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let is_divided = self.0.is_divided();
        let forget = statements::ForgetExpired { most };
        let forget_on_nodes = statements::ForgetOnNodes { after: Uuid::nil() };
        self.0
            .run(Caller::Service, async |connection| match is_divided {
                false => forget.write(connection).await,
                true => forget_on_nodes.write(connection).await,
            })
            .await
    }
}
