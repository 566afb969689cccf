use crate::postgres::row::Sql;
use crate::postgres::statement::statement;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, SmallInt, Uuid as SqlUuid};
use uuid::Uuid;

statement!(
    /// Adds a turn at the end of the queue, unless too many wait already. Returns whether the
    /// conversation exists, the place (if no other turn has taken it at the same moment), and how
    /// many turns are before it. A turn sees all turns with lower places: the new place is one more
    /// than the highest visible one, the key prevents two turns with the same place, and a turn
    /// that has left keeps its place for a minute. So no place is used again while a statement that
    /// saw the queue before is running.
    Enter {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        token: Uuid => SqlUuid,
        most: i64 => BigInt,
    } -> EnteredRow {
        /// Whether the conversation exists.
        is_there: bool => Bool,
        place: Option<i32> => Nullable<Integer>,
        /// How many turns are before it.
        before: i64 => BigInt,
    },
    "with here as (select true as yes from conversations where owner_id = $1 and id = $2),
    others as (
        select coalesce(max(place), 0) as last, count(*) filter (where ended_at is null) as before
        from turn_queue where owner_id = $1 and conversation_id = $2
    ),
    entered as (
        insert into turn_queue (owner_id, conversation_id, place, token, leased_until)
        select $1, $2, last + 1, $3, now() + interval '30 seconds' from others
        where exists (select from here) and before < $4
        on conflict do nothing
        returning place
    )
    select exists (select from here), entered.place, others.before
    from others left join entered on true"
);

statement!(
    /// Whether the turn is in the queue, and all before it have left. Deletes turns whose leases
    /// have run out: they cannot store anything any more. A turn that is renewed at the same moment
    /// stays, and is before it.
    IsFirst {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        place: i32 => Integer,
        token: Uuid => SqlUuid,
    } -> StandingRow {
        /// Whether the turn is in the queue.
        is_there: bool => Bool,
        /// Whether all before it have left.
        is_first: bool => Bool,
    },
    "with dead as (
        delete from turn_queue
        where owner_id = $1 and conversation_id = $2 and place < $3 and leased_until <= now()
        returning place
    )
    select exists (
        select from turn_queue where owner_id = $1 and conversation_id = $2 and token = $4
            and ended_at is null
    ), not exists (
        select from turn_queue where owner_id = $1 and conversation_id = $2 and place < $3
            and ended_at is null and place not in (select place from dead)
    )"
);

statement!(
    /// Removes a turn that ends by itself: `ending` distinguishes that from a cancel.
    Depart {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        token: Uuid => SqlUuid,
    } -> (),
    "update turn_queue set ended_at = now(), leased_until = now() + interval '1 minute', ending = null
    where owner_id = $1 and conversation_id = $2 and token = $3 and ended_at is null"
);

statement!(
    Leave<'a> {
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        tokens: &'a [Uuid] => Array<SqlUuid>,
    } -> (),
    "update turn_queue q
    set ended_at = now(), leased_until = now() + interval '1 minute', ending = null
    from unnest($1, $2, $3) as t(owner_id, conversation_id, token)
    where q.owner_id = t.owner_id and q.conversation_id = t.conversation_id
        and q.token = t.token and q.ended_at is null"
);

statement!(
    /// Marks a cancelled turn as ended without a reply.
    Ended {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        token: Uuid => SqlUuid,
    } -> (),
    "update turn_queue set ended_at = now(), leased_until = now() + interval '1 minute'
    where owner_id = $1 and conversation_id = $2 and token = $3 and ended_at is null"
);

statement!(
    /// Records the kept reply of a cancelled turn, in the transaction in which the turn leaves.
    Remember {
        item_id: Option<Uuid> => Nullable<SqlUuid>,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        token: Uuid => SqlUuid,
    } -> (),
    "update turn_queue set ending = 1, item_id = $1
    where owner_id = $2 and conversation_id = $3 and token = $4"
);

statement!(
    Renew<'a> {
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        tokens: &'a [Uuid] => Array<SqlUuid>,
    } -> TendedRow {
        token: Uuid => SqlUuid,
        ending: Option<i16> => Nullable<SmallInt>,
    },
    "update turn_queue q set leased_until = now() + interval '30 seconds'
    from unnest($1, $2, $3) as t(owner_id, conversation_id, token)
    where q.owner_id = t.owner_id and q.conversation_id = t.conversation_id
        and q.token = t.token and q.ended_at is null
    returning q.token, q.ending"
);

statement!(
    Look<'a> {
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        tokens: &'a [Uuid] => Array<SqlUuid>,
    } -> Sql<TendedRow>,
    "select q.token, q.ending
    from unnest($1, $2, $3) as t(owner_id, conversation_id, token)
    join turn_queue q on q.owner_id = t.owner_id and q.conversation_id = t.conversation_id
        and q.token = t.token and q.ended_at is null"
);

statement!(
    /// Requests the end of the turn that is being answered; the first request decides the ending.
    /// No row: the conversation does not exist.
    End {
        ending: i16 => SmallInt,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
    } -> EndedRow {
        place: Option<i32> => Nullable<Integer>,
        token: Option<Uuid> => Nullable<SqlUuid>,
        ending: Option<i16> => Nullable<SmallInt>,
    },
    "with ended as (
        update turn_queue q set ending = coalesce(q.ending, $1)
        from (
            select place from turn_queue
            where owner_id = $2 and conversation_id = $3 and ended_at is null
                and leased_until > now()
            order by place limit 1
        ) first
        where q.owner_id = $2 and q.conversation_id = $3 and q.place = first.place
            and q.ended_at is null
        returning q.place, q.token, q.ending
    )
    select ended.place, ended.token, ended.ending
    from conversations c left join ended on true where c.owner_id = $2 and c.id = $3"
);

statement!(
    /// Whether the turn is over, and whether it was cancelled; the kept reply. No row: it ended by
    /// itself.
    Outcome {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        token: Uuid => SqlUuid,
    } -> OutcomeRow {
        is_over: bool => Bool,
        is_cancelled: bool => Bool,
        item_id: Option<Uuid> => Nullable<SqlUuid>,
    },
    "select ended_at is not null, ending is not null, item_id from turn_queue
    where owner_id = $1 and conversation_id = $2 and token = $3"
);

statement!(
    ForgetExpired { most: i64 => BigInt } -> (),
    "delete from turn_queue where (owner_id, conversation_id, place) in (
        select owner_id, conversation_id, place from turn_queue where leased_until <= now()
        limit $1 for update skip locked
    )"
);

statement!(
    /// The same where Citus keeps them in parts. Without a parameter there would be no statement to prepare.
    ForgetOnNodes { after: Uuid => SqlUuid } -> (),
    "delete from turn_queue where owner_id >= $1 and leased_until <= now()"
);

statement!(
    /// Deletes the rows of a deleted conversation: those of ended turns and of instances that died.
    PurgeConversation { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid } -> (),
    "delete from turn_queue
    where owner_id = $1 and conversation_id = $2
        and (leased_until <= now() or ended_at is not null)"
);

statement!(
    /// Deletes the rows of a removed owner.
    PurgeOwner { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from turn_queue where owner_id = $1 and (conversation_id, place) in (
        select conversation_id, place from turn_queue where owner_id = $1 limit $2
    )"
);
