use crate::postgres::conversation_rows::rows::ConversationRow;
use crate::postgres::item_rows::{rows, texts};
use crate::postgres::jobs::{ADD_JOBS, PURGE_JOB, TITLE_JOB};
use crate::postgres::row::{Sql, names, nulls, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// A row for the conversation, and one for each of its first items: at most 128. An item with
    /// more than 8 KiB of text is a row of nulls, so the result has at most a mebibyte. PostgreSQL
    /// takes half as long for this as for a sum of the sizes. One statement sees one moment, so the
    /// items agree with the count. The remaining items of a deleted conversation
    /// come without its row.
    FindWithItems {
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> Joined {
        conversation: Option<ConversationRow> => Nullable<Sql<ConversationRow>>,
        item: Option<rows::ItemRow> => Nullable<Sql<rows::ItemRow>>,
    },
    sql!(
        "select ", names!(ConversationRow, "c."), ", ", nulls!(rows::Head), ",
            null, null, null, null, null
        from conversations c where c.owner_id = $1 and c.id = $2
        union all (
            select ", nulls!(ConversationRow), ", ", names!(rows::Head, "i."), ",
                case when ", texts::size!("i."), " <= 8192 then i.content end,
                case when ", texts::size!("i."), " <= 8192 then ", texts::reasoning!("i."), " end,
                ", texts::unparted!("i."), ",
                case when ", texts::size!("i."), " <= 8192 then ", texts::typed!("i.", "item_type"), " end,
                case when ", texts::size!("i."), " <= 8192 then ", texts::typed!("i.", "parts"), " end
            from items i where i.owner_id = $1 and i.conversation_id = $2
            order by i.sequence limit 128
        )"
    )
);

statement!(
    /// Deletes the rows and leaves a job for each conversation's data. Goes in the order of ids, so
    /// that two requests for the same conversations cannot deadlock.
    Delete<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        now: DateTime<Utc> => Timestamptz,
    } -> SqlUuid,
    sql!("with locked as (
        select owner_id, id from conversations
        where owner_id = $1 and id = any($2)
        order by id for update
    ),
    gone as (
        delete from conversations c using locked l
        where c.owner_id = $1 and c.id = l.id
        returning c.owner_id, c.id
    ),
    unqueued as (
        delete from jobs j using gone g
        where j.owner_id = $1 and j.kind = ", TITLE_JOB, " and j.key = g.id
    ),
    left_by_earlier_versions as (
        delete from title_queue q using gone g
        where q.owner_id = $1 and q.conversation_id = g.id
    )
    ", ADD_JOBS, "
    select owner_id, ", PURGE_JOB, ", id, id, $3, $3 from gone
    returning conversation_id")
);

statement!(
    /// Deletes a range in the same way. Returns the last deleted id, and the number of deleted
    /// conversations.
    DeleteRange {
        owner_id: Uuid => SqlUuid,
        after: Uuid => SqlUuid,
        last: Uuid => SqlUuid,
        most: i64 => BigInt,
        now: DateTime<Utc> => Timestamptz,
    } -> DeletedRange {
        last: Option<Uuid> => Nullable<SqlUuid>,
        count: i64 => BigInt,
    },
    sql!("with locked as (
        select owner_id, id from conversations
        where owner_id = $1 and id > $2 and id <= $3
        order by id limit $4 for update
    ),
    gone as (
        delete from conversations c using locked l
        where c.owner_id = $1 and c.id = l.id
        returning c.owner_id, c.id
    ),
    unqueued as (
        delete from jobs j using gone g
        where j.owner_id = $1 and j.kind = ", TITLE_JOB, " and j.key = g.id
    ),
    left_by_earlier_versions as (
        delete from title_queue q using gone g
        where q.owner_id = $1 and q.conversation_id = g.id
    ),
    queued as (
        ", ADD_JOBS, "
        select owner_id, ", PURGE_JOB, ", id, id, $5, $5 from gone
    )
    select (select id from gone order by id desc limit 1), (select count(*) from gone)")
);
