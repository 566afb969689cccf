use super::rows::ResponseRow;
use crate::postgres::row::{Sql, names, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

/// Whether the conversation of the response `r` of this owner exists, if it has one.
macro_rules! is_there {
    ($owner:literal) => {
        sql!(
            "(r.conversation_id is null or exists (
                select from conversations c where c.owner_id = ",
            $owner,
            " and c.id = r.conversation_id))"
        )
    };
}
pub(super) use is_there;

statement!(
    /// A response, and whether the lease of its writer has run out.
    Find { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid } -> FoundResponse {
        row: ResponseRow => Sql<ResponseRow>,
        is_expired: bool => Bool,
    },
    sql!("select ", names!(ResponseRow, "r."), ", r.status = 1 and r.leased_until <= now()
    from responses r where r.owner_id = $1 and r.id = $2 and ", is_there!("$1"))
);

statement!(
    FindWithInput { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid } -> FoundWithInput {
        row: ResponseRow => Sql<ResponseRow>,
        input: String => Text,
        is_expired: bool => Bool,
    },
    sql!("select ", names!(ResponseRow, "r."), ", r.input, r.status = 1 and r.leased_until <= now()
    from responses r where r.owner_id = $1 and r.id = $2 and ", is_there!("$1"))
);

statement!(
    /// The ids of responses in a range.
    InRange { owner_id: Uuid => SqlUuid, first: Uuid => SqlUuid, last: Uuid => SqlUuid } -> SqlUuid,
    "select id from responses where owner_id = $1 and id between $2 and $3 order by id limit 1"
);

statement!(
    /// A response and those that it continues, newest first, until their items have enough bytes.
    Chain { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid, bytes: i64 => BigInt } -> LinkRow {
        row: ResponseRow => Sql<ResponseRow>,
        input: String => Text,
    },
    sql!("with recursive chain as (
        select r.id, r.parent_id, 1 as depth,
            (octet_length(r.input) + octet_length(r.output))::bigint as bytes
        from responses r where r.owner_id = $1 and r.id = $2 and ", is_there!("$1"), "
        union all
        select r.id, r.parent_id, c.depth + 1,
            c.bytes + octet_length(r.input) + octet_length(r.output)
        from chain c join responses r on r.owner_id = $1 and r.id = c.parent_id
        where c.bytes <= $3 and c.depth < 10000 and ", is_there!("$1"), "
    )
    select ", names!(ResponseRow, "r."), ", r.input
    from chain c join responses r on r.owner_id = $1 and r.id = c.id order by c.depth")
);

statement!(
    /// Adds the text that was written to a response that was cancelled meanwhile.
    Keep<'a> {
        first_number: i32 => Integer,
        input_count: i32 => Integer,
        model: Option<&'a str> => Nullable<Text>,
        input: &'a str => Text,
        output: &'a str => Text,
        cuts: &'a [i32] => Array<Integer>,
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (),
    "update responses set first_number = $1, input_count = $2, model = $3, input = $4, output = $5,
        cuts = $6
    where owner_id = $7 and id = $8 and status = 5 and cuts = '{}'"
);

statement!(
    /// Ends a response whose writer has died.
    Abandon<'a> {
        code: &'a str => Text,
        message: &'a str => Text,
        owner_id: Uuid => SqlUuid,
        id: Uuid => SqlUuid,
    } -> (),
    "update responses set status = 3, ended_at = leased_until, leased_until = null,
        failure_code = $1, failure_message = $2
    where owner_id = $3 and id = $4 and status = 1 and leased_until <= now()"
);

statement!(
    /// Ends responses whose writers have died.
    AbandonExpired<'a> { code: &'a str => Text, message: &'a str => Text, most: i64 => BigInt } -> (),
    "update responses r set status = 3, ended_at = r.leased_until, leased_until = null,
        failure_code = $1, failure_message = $2
    from (
        select owner_id, id from responses
        where status = 1 and leased_until <= now()
        order by leased_until limit $3 for update skip locked
    ) dead
    where r.owner_id = dead.owner_id and r.id = dead.id"
);

statement!(
    /// The same where Citus keeps them in parts: all of them.
    AbandonOnNodes<'a> { code: &'a str => Text, message: &'a str => Text } -> (),
    "update responses set status = 3, ended_at = leased_until, leased_until = null,
        failure_code = $1, failure_message = $2
    where status = 1 and leased_until <= now()"
);

statement!(
    /// Deletes a response. Those that continue it continue the one before it.
    Delete { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid } -> BigInt,
    sql!("with gone as (
        delete from responses r where r.owner_id = $1 and r.id = $2 and ", is_there!("$1"), "
        returning r.id, r.parent_id
    ),
    moved as (
        update responses r set parent_id = g.parent_id from gone g
        where r.owner_id = $1 and r.parent_id = g.id
    )
    select count(*) from gone")
);

statement!(
    Cancel { now: DateTime<Utc> => Timestamptz, owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid }
    -> (),
    sql!("update responses r set status = 5, ended_at = $1, leased_until = null
    where r.owner_id = $2 and r.id = $3 and r.status = 1 and r.is_background and ", is_there!("$2"))
);

statement!(
    /// Those that are still to be written. A lease that has run out while the database was away is
    /// none the less the writer's, until a reader stores that the response has failed.
    Tend<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid>, ids: &'a [Uuid] => Array<SqlUuid> }
    -> ResponseKey { owner_id: Uuid => SqlUuid, id: Uuid => SqlUuid },
    "select r.owner_id, r.id from unnest($1, $2) as t(owner_id, id)
    join responses r on r.owner_id = t.owner_id and r.id = t.id
    where r.status = 1"
);

statement!(
    Renew<'a> { owner_ids: &'a [Uuid] => Array<SqlUuid>, ids: &'a [Uuid] => Array<SqlUuid> }
    -> Sql<ResponseKey>,
    "update responses r set leased_until = now() + interval '30 seconds'
    from unnest($1, $2) as t(owner_id, id)
    where r.owner_id = t.owner_id and r.id = t.id and r.status = 1
    returning r.owner_id, r.id"
);

statement!(
    /// Deletes some responses of a conversation that was deleted.
    OfConversation {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        most: i64 => BigInt,
    } -> (),
    "delete from responses where (owner_id, id) in (
        select owner_id, id from responses
        where owner_id = $1 and conversation_id = $2 limit $3
    )"
);

statement!(
    /// Deletes some responses of a removed owner.
    OfOwner { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from responses where (owner_id, id) in (
        select owner_id, id from responses where owner_id = $1 order by id limit $2
    )"
);
