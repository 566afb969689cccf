//! Statements of version 0.1.0 as of 2026-11-24, word for word: what instances of it do beside newer
//! ones. They stay as they are for as long as such an instance may run beside this version.

pub(super) const GUEST: [&str; 2] = [
    "insert into users (owner_id, kind, created_at) values ($1, 0, $2)",
    "insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
    values ($3, $1, $4, $2, $5)",
];

pub(super) const ROTATE: &str = "with who as (
        select u.owner_id, u.kind, u.created_at
        from refresh_tokens t join users u on u.owner_id = t.owner_id
        where t.digest = $1 for key share of u
    ),
    spent as (
        update refresh_tokens t set spent_at = $2 from who
        where t.digest = $1 and t.owner_id = who.owner_id and t.spent_at is null
            and t.expires_at > $2
        returning t.owner_id, t.family
    ),
    next as (
        insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
        select $3, owner_id, family, $2, $4 from spent
    ),
    seen as (
        update users u set active_at = $2 from spent
        where u.owner_id = spent.owner_id
            and coalesce(u.active_at, u.created_at) < $2 - interval '1 day'
    )
    select who.owner_id, who.kind, who.created_at, a.email, a.name
    from who join spent on spent.owner_id = who.owner_id
    left join accounts a on a.owner_id = who.owner_id";

pub(super) const ACCOUNT: &str = "with guest as (
        update users set active_at = 'infinity' where owner_id = $1 and kind = 0
        returning owner_id
    ),
    account as (
        insert into accounts (owner_id, created_at, email, name, password_hash)
        select owner_id, $2, $3, $4, $5 from guest
        returning owner_id, email
    )
    insert into email_addresses (owner_id, email) select owner_id, email from account";

pub(super) const KEY: &str = "with place as (
        select (select count(*) from api_keys where owner_id = $1) < $2 as is_free
        where not exists (select from removed_owners where owner_id = $1)
    ),
    key as (
        insert into api_keys (owner_id, id, created_at, expires_at, name, hint)
        select $1, $3, $4, $5, $6, $7 from place where is_free
        returning owner_id, id
    ),
    digest as (
        insert into api_key_digests (digest, owner_id, id) select $8, owner_id, id from key
    )
    select is_free from place";

pub(super) const PROJECT: &str =
    "insert into projects (owner_id, id, title, description, instruction, created_at, updated_at)
    select $1, $2, $3, $4, $5, $6, $6
    where not exists (select from removed_owners where owner_id = $1)";

pub(super) const CONVERSATION: &str = "with conversation as (
        insert into conversations (owner_id, id, project_id, created_at, updated_at, item_count,
            last_sequence, title_source, title, metadata)
        select $1, $2, $3, $4, $4, $5, $5, $6, $7, $8
        where not exists (select from removed_owners where owner_id = $1)
        returning owner_id, id, title_source
    ),
    queued as (
        insert into title_queue (owner_id, conversation_id, due_at)
        select owner_id, id, $4 from conversation where title_source = 2 and $9
    )
    insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
        call_id, content)
    select c.owner_id, c.id, i.id, $4, $4, i.sequence, i.role, i.call_id, i.content
    from conversation c, unnest($10, $11, $12, $13, $14)
        as i(id, sequence, role, call_id, content)";

pub(super) const APPEND: &str = "with place as (
        update conversations set
            item_count = item_count + 1,
            last_sequence = last_sequence + 1,
            updated_at = greatest(updated_at, $1),
            title_source = case when title is null and $2 is not null then 2 else title_source end,
            title = coalesce(title, $2)
        where owner_id = $3 and id = $4 and item_count < 10000
        returning owner_id, id, last_sequence, title_source = 2 and title = $2 as named
    ),
    stored as (
        insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
            author_id, call_id, content)
        select owner_id, id, encode($5 || int4send(last_sequence), 'hex')::uuid, $1, $1,
            last_sequence, $6, $7, $8, $9
        from place
        returning sequence
    ),
    queued as (
        insert into title_queue (owner_id, conversation_id, due_at)
        select owner_id, id, $1 from place where named and $10
        on conflict do nothing
    )
    select sequence from stored";

pub(super) const REVISE: &str = "with kept as (
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
    where owner_id = $1 and conversation_id = $2 and sequence = $3";

pub(super) const SHARE: &str = "with place as (
        select c.owner_id, c.id as conversation_id, null::integer as item_sequence,
            null::uuid as item_id, c.last_sequence, c.title
        from conversations c where c.owner_id = $1 and c.id = $2
            and not exists (select from removed_owners where owner_id = $1)
        for share of c
    ),
    share as (
        insert into shares (owner_id, conversation_id, item_sequence, item_id,
            last_sequence, title, id, share_id, read_only, live, include_context,
            created_at, expires_at)
        select owner_id, conversation_id, item_sequence, item_id, last_sequence, title,
            $3, $4, $5, $6, $7, $8, $9
        from place
        returning owner_id, conversation_id, id, title
    ),
    named as (
        insert into share_digests (digest, owner_id, conversation_id, id)
        select $10, owner_id, conversation_id, id from share
    )
    select title from share";

pub(super) const DELETE: &str = "with locked as (
        select owner_id, id from conversations
        where owner_id = $1 and id = any($2)
        order by id for update
    ),
    gone as (
        delete from conversations c using locked l
        where c.owner_id = l.owner_id and c.id = l.id
        returning c.owner_id, c.id
    ),
    unqueued as (
        delete from title_queue q using gone g
        where q.owner_id = g.owner_id and q.conversation_id = g.id
    )
    insert into purge_queue (owner_id, conversation_id, queued_at)
    select owner_id, id, $3 from gone
    returning conversation_id";

pub(super) const REMOVE: [&str; 3] = [
    "insert into removed_owners (owner_id, removed_at, sweep_at) values ($1, $2, $2)
    on conflict do nothing",
    "delete from api_keys where owner_id = $1",
    "delete from users where owner_id = $1",
];

pub(super) const CLAIM_TITLE: &str = "with next as (
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
    group by q.owner_id, q.conversation_id, q.attempts";

pub(super) const FINISH_TITLE: &str = "with done as (
        delete from title_queue where owner_id = $1 and conversation_id = $2
    )
    update conversations set title = $3, title_source = 3
    where owner_id = $1 and id = $2 and title_source = 2";

/// A step of the purge, on the oldest entry.
pub(super) const PURGE: [&str; 3] = [
    "select id from purge_queue order by id limit 1 for update skip locked",
    "with entry as (select owner_id, conversation_id from purge_queue order by id limit 1)
    delete from items i using entry e
    where i.owner_id = e.owner_id and i.conversation_id = e.conversation_id
        and i.sequence in (
            select sequence from items n where n.owner_id = e.owner_id
                and n.conversation_id = e.conversation_id order by sequence limit 500
        )",
    "select owner_id, removed_at from removed_owners
    where sweep_at <= now() order by sweep_at limit 1 for update skip locked",
];
