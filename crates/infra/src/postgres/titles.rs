use super::database::Database;
use super::error::inconsistent;
use super::ids;
use super::items::rows::role;
use super::schema::title_queue;
use super::statement::statement;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::conversations::Title;
use domain::error::{Error, Result};
use domain::id::{ConversationId, OwnerId};
use domain::titles::{Claim, Line, TitleQueue};
use uuid::Uuid;

/// What becomes of a title that is taken from a conversation's first message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTitles {
    /// It is queued, in the statement that names the conversation: a model will write a better one.
    Queued,
    /// It stays, since there is no model.
    Kept,
}

impl NewTitles {
    pub(super) fn are_queued(self) -> bool {
        self == Self::Queued
    }
}

/// The queue of titles in PostgreSQL.
pub struct PgTitleQueue(pub Database);

statement!(
    /// The first six messages of user and assistant are enough to name a conversation, and a
    /// thousand characters of each.
    ClaimTitle {
        due: DateTime<Utc> => Timestamptz,
        again: DateTime<Utc> => Timestamptz,
    } -> (SqlUuid, SqlUuid, Integer, Array<SmallInt>, Array<Text>),
    "with next as (
        select owner_id, conversation_id from title_queue
        where due_at <= $1 order by due_at limit 1
        for update skip locked
    ),
    claimed as (
        update title_queue q set due_at = $2, attempts = attempts + 1
        from next n where q.owner_id = n.owner_id and q.conversation_id = n.conversation_id
        returning q.owner_id, q.conversation_id, q.attempts
    )
    select q.owner_id, q.conversation_id, q.attempts,
        coalesce(array_agg(i.role order by i.sequence) filter (where i.role is not null), '{}'),
        coalesce(array_agg(i.text order by i.sequence) filter (where i.role is not null), '{}')
    from claimed q
    left join conversations c on c.owner_id = q.owner_id and c.id = q.conversation_id
        and c.title_source = 2
    left join lateral (
        select role, sequence, left(content, 1000) as text from items
        where owner_id = c.owner_id and conversation_id = c.id and role in (2, 3)
        order by sequence limit 6
    ) i on true
    group by q.owner_id, q.conversation_id, q.attempts"
);

statement!(
    /// What a person has chosen meanwhile stays: the update looks at where the title came from.
    FinishTitle<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        title: &'a str => Text,
    } -> (),
    "with done as (
        delete from title_queue where owner_id = $1 and conversation_id = $2
    )
    update conversations set title = $3, title_source = 3
    where owner_id = $1 and id = $2 and title_source = 2"
);

type ClaimedRow = (Uuid, Uuid, i32, Vec<i16>, Vec<String>);

#[async_trait::async_trait]
impl TitleQueue for PgTitleQueue {
    async fn claim(&self, due: DateTime<Utc>, again: DateTime<Utc>) -> Result<Option<Claim>> {
        let claim = ClaimTitle { due, again };
        let claimed: Option<ClaimedRow> = self
            .0
            .run(async |connection| claim.fetch_optional(connection).await)
            .await?;
        claimed.map(read).transpose()
    }

    async fn finish(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        title: &Title,
    ) -> Result<bool> {
        let finish = FinishTitle {
            owner_id: ids::stored(owner.ulid()),
            conversation_id: ids::stored(conversation.ulid()),
            title: title.as_str(),
        };
        let renamed = self
            .0
            .run(async |connection| finish.write(connection).await)
            .await?;
        Ok(renamed == 1)
    }

    async fn put_off(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        until: DateTime<Utc>,
    ) -> Result<()> {
        let key = (ids::stored(owner.ulid()), ids::stored(conversation.ulid()));
        let update =
            diesel::update(title_queue::table.find(key)).set(title_queue::due_at.eq(until));
        self.0
            .run(async |connection| update.write(connection).await)
            .await?;
        Ok(())
    }

    async fn give_up(&self, owner: OwnerId, conversation: ConversationId) -> Result<()> {
        let key = (ids::stored(owner.ulid()), ids::stored(conversation.ulid()));
        let delete = diesel::delete(title_queue::table.find(key));
        self.0
            .run(async |connection| delete.write(connection).await)
            .await?;
        Ok(())
    }
}

fn read((owner, conversation, attempts, roles, texts): ClaimedRow) -> Result<Claim> {
    let lines = roles.into_iter().zip(texts);
    let lines = lines.map(|(stored, text)| {
        let role = role(stored).map_err(inconsistent)?;
        Ok(Line { role, text })
    });
    Ok(Claim {
        owner: OwnerId::new(ids::read(owner)),
        conversation: ConversationId::new(ids::read(conversation)),
        attempt: u32::try_from(attempts).map_err(|error| Error::Internal(error.into()))?,
        beginning: lines.collect::<Result<_>>()?,
    })
}
