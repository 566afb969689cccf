use super::database::Database;
use super::error::inconsistent;
use super::ids;
use super::jobs::{self, kind};
use super::roles::role;
use super::statement::statement;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::sql_types::{SmallInt, Text, Uuid as SqlUuid};
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::id::{ConversationId, OwnerId};
use domain::jobs::{Job, JobKind};
use domain::title::Title;
use domain::titles::{TitleClaim, TitleMessage, TitleQueue, TitleService};
use uuid::Uuid;

/// The next step after the first message has named a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTitles {
    /// The statement that names the conversation leaves a job: a model will write a better title.
    Queued,
    /// The title stays, since no model is configured.
    Kept,
}

impl NewTitles {
    /// When to ask a model for the title of a conversation that is named now.
    pub(super) fn due(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Queued => Some(now + TitleService::SETTLING),
            Self::Kept => None,
        }
    }
}

/// The jobs of titles in PostgreSQL.
pub struct PgTitleQueue(pub Database);

statement!(
    /// The first six messages of user and assistant, at most a thousand characters of each. No rows
    /// where the conversation needs no title any more.
    Beginning { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid } -> BeginningRow {
        role: i16 => SmallInt,
        text: String => Text,
    },
    "select i.role, left(i.content, 1000)
    from conversations c
    join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
    where c.owner_id = $1 and c.id = $2 and c.title_source = 2
        and i.owner_id = $1 and i.role in (2, 3)
    order by i.sequence limit 6"
);

statement!(
    /// A title that a person has chosen meanwhile stays: the update checks the source of the title.
    FinishTitle<'a> {
        owner_id: Uuid => SqlUuid,
        kind: i16 => SmallInt,
        conversation_id: Uuid => SqlUuid,
        title: &'a str => Text,
    } -> (),
    "with done as (
        delete from jobs where owner_id = $1 and kind = $2 and key = $3
    ),
    named as (
        update conversations set title = $4, title_source = 3
        where owner_id = $1 and id = $3 and title_source = 2
        returning owner_id, id
    )
    insert into search_conversations as s (owner_id, conversation_id, renames)
    select owner_id, id, 1 from named
    on conflict (owner_id, conversation_id) do update set renames = s.renames + 1"
);

const KIND: i16 = kind::stored(JobKind::Title);

#[async_trait::async_trait]
impl TitleQueue for PgTitleQueue {
    async fn claim(
        &self,
        job: &Job,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<TitleClaim>> {
        let (owner_id, kind, key) = super::jobs::key(job);
        let claim = jobs::Claim {
            until,
            more_attempts: 1,
            owner_id,
            kind,
            key,
            now,
        };
        let beginning = Beginning {
            owner_id,
            conversation_id: key,
        };
        let (attempts, beginning): (Vec<i32>, Vec<BeginningRow>) = self
            .0
            .run(Caller::Service, async |connection| {
                let attempts: Vec<i32> = claim.fetch_all(connection).await?;
                Ok(match attempts.as_slice() {
                    [] => (attempts, Vec::new()),
                    _ => (attempts, beginning.fetch_all(connection).await?),
                })
            })
            .await?;
        let claim = |attempts| read(job, attempts, beginning);
        attempts.into_iter().next().map(claim).transpose()
    }

    async fn finish(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        title: &Title,
    ) -> Result<bool> {
        let finish = FinishTitle {
            owner_id: ids::stored(owner.ulid()),
            kind: KIND,
            conversation_id: ids::stored(conversation.ulid()),
            title: title.as_str(),
        };
        let renamed = self
            .0
            .run(Caller::Service, async |connection| {
                finish.write(connection).await
            })
            .await?;
        Ok(renamed == 1)
    }

    async fn put_off(
        &self,
        owner: OwnerId,
        conversation: ConversationId,
        until: DateTime<Utc>,
    ) -> Result<()> {
        let again = jobs::Again {
            at: until,
            more_attempts: Some(0),
            owner_id: ids::stored(owner.ulid()),
            kind: KIND,
            key: ids::stored(conversation.ulid()),
        };
        self.0
            .run(Caller::Service, async |connection| {
                again.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn give_up(&self, owner: OwnerId, conversation: ConversationId) -> Result<()> {
        let finish = jobs::Finish {
            owner_id: ids::stored(owner.ulid()),
            kind: KIND,
            key: ids::stored(conversation.ulid()),
        };
        self.0
            .run(Caller::Service, async |connection| {
                finish.write(connection).await
            })
            .await?;
        Ok(())
    }
}

fn read(job: &Job, attempts: i32, beginning: Vec<BeginningRow>) -> Result<TitleClaim> {
    let message = |row: BeginningRow| {
        let role = role(row.role).map_err(inconsistent)?;
        Ok(TitleMessage {
            role,
            text: row.text,
        })
    };
    Ok(TitleClaim {
        owner: job.owner,
        conversation: ConversationId::new(job.key),
        attempt: u32::try_from(attempts).map_err(|error| Error::Internal(error.into()))?,
        beginning: beginning.into_iter().map(message).collect::<Result<_>>()?,
    })
}
