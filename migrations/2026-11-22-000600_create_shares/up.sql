create table shares (
    owner_id uuid not null,
    conversation_id uuid not null,
    id uuid not null,
    -- The secret part of the link, which the owner can list again.
    share_id text not null,
    -- The item of a message link; null for the whole conversation.
    item_sequence integer,
    title text,
    -- What had been said when the link was made; a live link shows what comes after, too.
    last_sequence integer not null,
    read_only boolean not null,
    live boolean not null,
    include_context boolean not null,
    -- Messages that were added through the link.
    added_count integer not null default 0 check (added_count between 0 and 200),
    view_count bigint not null default 0,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (owner_id, conversation_id, id)
);

-- Digest to owner, for a visitor who has nothing but the link.
create table share_digests (
    digest bytea primary key check (length(digest) = 32),
    owner_id uuid not null,
    conversation_id uuid not null,
    id uuid not null
);

-- Links that ended, so that they can be told from links that never were. Nothing else is kept.
create table share_tombstones (
    digest bytea primary key check (length(digest) = 32),
    ended_at timestamptz not null
);
