use super::rows;
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;

statement!(
    /// The hot path. The update takes the conversation's row lock and with it the next number, so
    /// appends to one conversation form a queue and 10,000 is exact. A call id that is taken rolls
    /// all of it back. The id ends in the number, as `ItemId::at` says.
    Append<'a> {
        now: DateTime<Utc> => Timestamptz,
        title: Option<&'a str> => Nullable<Text>,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        seed: &'a [u8] => Binary,
        role: i16 => SmallInt,
        author_id: Option<Uuid> => Nullable<SqlUuid>,
        call_id: Option<&'a str> => Nullable<Text>,
        content: &'a str => Text,
    } -> Integer,
    "with place as (
        update conversations set
            item_count = item_count + 1,
            last_sequence = last_sequence + 1,
            updated_at = greatest(updated_at, $1),
            title_source = case when title is null and $2 is not null then 2 else title_source end,
            title = coalesce(title, $2)
        where owner_id = $3 and id = $4 and item_count < 10000
        returning owner_id, id, last_sequence
    )
    insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
        author_id, call_id, content)
    select owner_id, id, encode($5 || int4send(last_sequence), 'hex')::uuid, $1, $1,
        last_sequence, $6, $7, $8, $9
    from place
    returning sequence"
);

statement!(
    /// Many appends at once, in the order of the arrays. A conversation that somebody else is
    /// changing right now is left out, so that nobody waits for it but its own appends; and so is
    /// one that would get too full by its share of the group. Returns for each of the others the
    /// number before its first new item.
    AppendGroup<'a> {
        owner_ids: &'a [Uuid] => Array<SqlUuid>,
        conversation_ids: &'a [Uuid] => Array<SqlUuid>,
        nows: &'a [DateTime<Utc>] => Array<Timestamptz>,
        titles: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        seeds: &'a [Vec<u8>] => Array<Binary>,
        roles: &'a [i16] => Array<SmallInt>,
        author_ids: &'a [Option<Uuid>] => Array<Nullable<SqlUuid>>,
        contents: &'a [&'a str] => Array<Text>,
    } -> (SqlUuid, SqlUuid, Integer),
    "with input as (
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8) with ordinality
            as t(owner_id, conversation_id, now, title, seed, role, author_id, content, place)
    ),
    share as (
        select owner_id, conversation_id, count(*)::int as size, max(now) as now,
            (array_agg(title order by place) filter (where title is not null))[1] as title
        from input group by owner_id, conversation_id
    ),
    locked as (
        select c.owner_id, c.id from conversations c
        join share s on s.owner_id = c.owner_id and s.conversation_id = c.id
        order by c.owner_id, c.id for no key update of c skip locked
    ),
    placed as (
        update conversations c set
            item_count = item_count + s.size,
            last_sequence = last_sequence + s.size,
            updated_at = greatest(updated_at, s.now),
            title_source = case when c.title is null and s.title is not null then 2
                else title_source end,
            title = coalesce(c.title, s.title)
        from share s join locked l on l.owner_id = s.owner_id and l.id = s.conversation_id
        where c.owner_id = s.owner_id and c.id = s.conversation_id
            and c.item_count + s.size <= 10000
        returning c.owner_id, c.id, c.last_sequence - s.size as before
    ),
    stored as (
        insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
            author_id, content)
        select owner_id, conversation_id, encode(seed || int4send(sequence), 'hex')::uuid, now,
            now, sequence, role, author_id, content
        from (
            select i.*, p.before + (row_number() over (
                partition by i.owner_id, i.conversation_id order by i.place
            ))::int as sequence
            from input i
            join placed p on p.owner_id = i.owner_id and p.id = i.conversation_id
        ) numbered
    )
    select owner_id, id, before from placed"
);

statement!(
    /// No row: no conversation. A row of nulls: no such item in it.
    FindById {
        sequence: i32 => Integer,
        id: Uuid => SqlUuid,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
    } -> Nullable<rows::Sql>,
    concat!(
        "select ", rows::columns!(), "
        from conversations c
        left join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
            and i.sequence = $1 and i.id = $2
        where c.owner_id = $3 and c.id = $4"
    )
);

statement!(
    /// No row: no conversation. A row of nulls: no such item in it.
    FindByCallId<'a> {
        call_id: &'a str => Text,
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
    } -> Nullable<rows::Sql>,
    concat!(
        "select ", rows::columns!(), "
        from conversations c
        left join items i on i.owner_id = c.owner_id and i.conversation_id = c.id
            and i.call_id = $1
        where c.owner_id = $2 and c.id = $3"
    )
);

/// A page in one direction: rows as long as those before them weigh no more than the page may.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident, $after:literal, $order:literal) => {
        statement!(
            $(#[$doc])*
            $name {
                owner_id: Uuid => SqlUuid,
                conversation_id: Uuid => SqlUuid,
                after: i32 => Integer,
                limit: i64 => BigInt,
                bytes: i64 => BigInt,
            } -> rows::Sql,
            concat!(
                "select ", rows::columns!(), "
                from (
                    select n.*, sum(octet_length(n.content)) over (order by n.sequence ", $order, ")
                        - octet_length(n.content) as bytes_before
                    from (
                        select i.* from items i
                        join conversations c on c.owner_id = i.owner_id
                            and c.id = i.conversation_id
                        where i.owner_id = $1 and i.conversation_id = $2
                            and i.sequence ", $after, " $3
                        order by i.sequence ", $order, " limit $4
                    ) n
                ) i
                where i.bytes_before <= $5
                order by i.sequence ", $order
            )
        );
    };
}
page!(
    /// Oldest first.
    PageUp, ">", "asc"
);
page!(
    /// Newest first.
    PageDown, "<", "desc"
);

statement!(
    /// The next batch of a conversation that is read from end to end: 256 KiB, and at least one.
    Batch {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        after: i32 => Integer,
        last: i32 => Integer,
    } -> rows::Sql,
    concat!(
        "select ", rows::columns!(), "
        from (
            select n.*, sum(octet_length(n.content)) over (order by n.sequence)
                - octet_length(n.content) as bytes_before
            from (
                select i.* from items i
                join conversations c on c.owner_id = i.owner_id and c.id = i.conversation_id
                where i.owner_id = $1 and i.conversation_id = $2
                    and i.sequence > $3 and i.sequence <= $4
                order by i.sequence limit 512
            ) n
        ) i
        where i.bytes_before < 262144
        order by i.sequence"
    )
);

statement!(
    /// Keeps the current text as an earlier version and puts another in its place. The
    /// conversation's row must be locked by then: an update that waited for the lock itself would
    /// still see the text of before the wait.
    Revise<'a> {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        now: DateTime<Utc> => Timestamptz,
        content: &'a str => Text,
        model: Option<&'a str> => Nullable<Text>,
    } -> rows::Sql,
    concat!(
        "with kept as (
            insert into item_versions (owner_id, conversation_id, created_at, sequence, version,
                model, content)
            select owner_id, conversation_id, updated_at, sequence, version, model, content
            from items where owner_id = $1 and conversation_id = $2 and sequence = $3
        ),
        moved as (
            update conversations set updated_at = greatest(updated_at, $4)
            where owner_id = $1 and id = $2
        )
        update items i set content = $5, model = $6, version = version + 1,
            updated_at = greatest(updated_at, $4)
        where owner_id = $1 and conversation_id = $2 and sequence = $3
        returning ", rows::columns!()
    )
);

/// A page of versions in one direction; the current one is the item itself.
macro_rules! versions {
    ($(#[$doc:meta])* $name:ident, $after:literal, $order:literal) => {
        statement!(
            $(#[$doc])*
            $name {
                owner_id: Uuid => SqlUuid,
                conversation_id: Uuid => SqlUuid,
                sequence: i32 => Integer,
                id: Uuid => SqlUuid,
                after: i32 => Integer,
                limit: i64 => BigInt,
                bytes: i64 => BigInt,
            } -> rows::VersionSql,
            concat!(
                "with item as (
                    select i.* from items i
                    join conversations c on c.owner_id = i.owner_id and c.id = i.conversation_id
                    where i.owner_id = $1 and i.conversation_id = $2 and i.sequence = $3
                        and i.id = $4
                )
                select version, content, model, created_at, current
                from (
                    select n.*, sum(octet_length(content)) over (order by version ", $order, ")
                        - octet_length(content) as bytes_before
                    from (
                        select version, content, model, updated_at as created_at, true as current
                        from item
                        union all
                        select v.version, v.content, v.model, v.created_at, false
                        from item_versions v join item using (owner_id, conversation_id, sequence)
                    ) n
                    where version ", $after, " $5
                    order by version ", $order, " limit $6
                ) page
                where bytes_before <= $7
                order by version ", $order
            )
        );
    };
}
versions!(
    /// Oldest first.
    VersionsUp, ">", "asc"
);
versions!(
    /// Newest first.
    VersionsDown, "<", "desc"
);

statement!(
    /// The next part of an export: each item (place 0), then its earlier versions (place: their
    /// number). Bounded as a batch is.
    Export {
        owner_id: Uuid => SqlUuid,
        conversation_id: Uuid => SqlUuid,
        sequence: i32 => Integer,
        last: i32 => Integer,
        place: i32 => Integer,
    } -> (Integer, Integer, rows::VersionSql, Nullable<rows::HeadSql>),
    "with conversation as (
        select owner_id, id from conversations where owner_id = $1 and id = $2
    )
    select sequence, place, version, content, model, created_at, current,
        id, first_at, role, author_id, call_id
    from (
        select n.*, sum(octet_length(content)) over (order by sequence, place)
            - octet_length(content) as bytes_before
        from (
            (
                select i.sequence, 0 as place, i.version, i.content, i.model,
                    i.updated_at as created_at, true as current,
                    i.id, i.created_at as first_at, i.role, i.author_id, i.call_id
                from items i join conversation c
                    on c.owner_id = i.owner_id and c.id = i.conversation_id
                where i.owner_id = $1 and i.conversation_id = $2
                    and i.sequence > $3 and i.sequence <= $4
                order by i.sequence limit 512
            )
            union all
            (
                select v.sequence, v.version as place, v.version, v.content, v.model,
                    v.created_at, false, null, null, null, null, null
                from item_versions v join conversation c
                    on c.owner_id = v.owner_id and c.id = v.conversation_id
                where v.owner_id = $1 and v.conversation_id = $2
                    and (v.sequence, v.version) > ($3, $5) and v.sequence <= $4
                order by v.sequence, v.version limit 512
            )
            order by sequence, place limit 512
        ) n
    ) page
    where bytes_before < 262144
    order by sequence, place"
);
