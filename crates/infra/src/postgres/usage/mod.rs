mod count;

use super::database::Database;
use super::ids;
use super::jobs::{Locked, Next, kind};
use super::statement::statement;
use crate::postgres::execute::Execute as _;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use domain::admission::Caller;
use domain::auth::UserKind;
use domain::error::Result;
use domain::id::OwnerId;
use domain::jobs::{Job, JobKind, Portion, Step};
use domain::usage::{Counted, Usage, UsageStore};
use uuid::Uuid;

/// The usage of owners, in PostgreSQL.
pub struct PgUsage(pub Database);

statement!(
    /// The kind of an owner's user, and the last count.
    Find<'a> {
        midnight: DateTime<Utc> => Timestamptz,
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
    } -> Row {
        owner_id: Uuid => SqlUuid,
        /// The kind of the user. External users have no row.
        kind: Option<i16> => Nullable<SmallInt>,
        is_account: bool => Bool,
        counted_at: Option<DateTime<Utc>> => Nullable<Timestamptz>,
        bytes: i64 => BigInt,
        conversations: i64 => BigInt,
        titles: i32 => Integer,
    },
    "select o.id, u.kind, a.owner_id is not null, g.counted_at, coalesce(g.storage_bytes, 0),
        coalesce(g.conversations, 0), case when g.titles_day = $1 then g.titles else 0 end
    from unnest($2) as o(id)
    left join users u on u.owner_id = o.id
    left join accounts a on a.owner_id = o.id
    left join usage g on g.owner_id = o.id"
);

statement!(
    LeaveJobs<'a> {
        kind: i16 => SmallInt,
        due: DateTime<Utc> => Timestamptz,
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
    } -> (),
    "insert into jobs (owner_id, kind, key, created_at, due_at)
    select id, $1, id, $2, $2 from unnest($3) as o(id)
    on conflict do nothing"
);

statement!(
    /// Of two simultaneous ones, the second sees the count of the first.
    TakeTitle {
        owner_id: Uuid => SqlUuid,
        midnight: DateTime<Utc> => Timestamptz,
        most: i64 => BigInt,
    } -> (),
    "insert into usage as u (owner_id, titles_day, titles)
    select $1, $2, 1
    where $3 > 0 and not exists (select from removed_owners where owner_id = $1)
    on conflict (owner_id) do update set titles_day = excluded.titles_day,
        titles = case when u.titles_day = excluded.titles_day then u.titles + 1 else 1 end
    where u.titles_day <> excluded.titles_day or u.titles < $3"
);

statement!(
    Make { owner_id: Uuid => SqlUuid } -> (),
    "insert into usage (owner_id) select $1
    where not exists (select from removed_owners where owner_id = $1)
    on conflict do nothing"
);

statement!(
    CountTitle {
        midnight: DateTime<Utc> => Timestamptz,
        owner_id: Uuid => SqlUuid,
        most: i64 => BigInt,
    } -> (),
    "update usage set titles = case when titles_day = $1 then titles + 1 else 1 end, titles_day = $1
    where owner_id = $2 and (titles_day <> $1 or titles < $3)"
);

#[async_trait::async_trait]
impl UsageStore for PgUsage {
    async fn find(&self, owners: &[OwnerId], midnight: DateTime<Utc>) -> Result<Vec<Counted>> {
        let owner_ids = all_stored(owners);
        let find = Find {
            midnight,
            owner_ids: &owner_ids,
        };
        let rows: Vec<Row> = self
            .0
            .run(asking(owners), async |connection| {
                find.fetch_all(connection).await
            })
            .await?;
        Ok(rows.into_iter().map(counted).collect())
    }

    async fn leave_jobs(
        &self,
        kind: JobKind,
        owners: &[OwnerId],
        due: DateTime<Utc>,
    ) -> Result<()> {
        let owner_ids = all_stored(owners);
        let leave = LeaveJobs {
            kind: kind::stored(kind),
            due,
            owner_ids: &owner_ids,
        };
        self.0
            .run(asking(owners), async |connection| {
                leave.write(connection).await
            })
            .await?;
        Ok(())
    }

    async fn count(&self, job: &Job, portion: Portion, now: DateTime<Utc>) -> Result<Step> {
        let work = async |connection: &mut AsyncPgConnection| {
            let Some(locked) = Locked::of(connection, job, now).await? else {
                return Ok(Step::Taken);
            };
            let next = match count::step(connection, job, portion, now).await? {
                true => Next::Done,
                false => Next::More,
            };
            locked.end(connection, next).await
        };
        self.0
            .run(Caller::Service, async |connection| {
                connection.transaction(work).await
            })
            .await
    }

    async fn take_title(&self, owner: OwnerId, midnight: DateTime<Utc>, most: u64) -> Result<bool> {
        let take = TakeTitle {
            owner_id: ids::stored(owner.ulid()),
            midnight,
            most: i64::try_from(most).unwrap_or(i64::MAX),
        };
        let is_divided = self.0.is_divided();
        let taken = self
            .0
            .run(Caller::Service, async |connection| match is_divided {
                false => take.write(connection).await,
                true => take_in_steps(connection, take).await,
            })
            .await?;
        Ok(taken > 0)
    }
}

/// The same where Citus keeps the counts in parts: it cannot give the limit to an update that takes the place of an
/// insertion.
async fn take_in_steps(connection: &mut AsyncPgConnection, take: TakeTitle) -> QueryResult<usize> {
    let (owner_id, midnight, most) = (take.owner_id, take.midnight, take.most);
    if most <= 0 {
        return Ok(0);
    }
    Make { owner_id }.write(connection).await?;
    let count = CountTitle {
        midnight,
        owner_id,
        most,
    };
    count.write(connection).await
}

/// The caller that waits for the usage of these owners: the only owner, or the service.
fn asking(owners: &[OwnerId]) -> Caller {
    match owners {
        [owner] => Caller::Owner(*owner),
        _ => Caller::Service,
    }
}

fn all_stored(owners: &[OwnerId]) -> Vec<Uuid> {
    owners
        .iter()
        .map(|owner| ids::stored(owner.ulid()))
        .collect()
}

fn counted(row: Row) -> Counted {
    Counted {
        owner: OwnerId::new(ids::read(row.owner_id)),
        kind: match (row.kind, row.is_account) {
            (None, _) => UserKind::External,
            (Some(0), false) => UserKind::Guest,
            (Some(0), true) => UserKind::Account,
            (Some(_), _) => UserKind::Operator,
        },
        usage: Usage {
            storage_bytes: row.bytes.max(0).unsigned_abs(),
            conversations: row.conversations.max(0).unsigned_abs(),
            titles_today: row.titles.max(0).unsigned_abs().into(),
        },
        counted_at: row.counted_at,
    }
}
