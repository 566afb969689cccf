-- No foreign key to conversations: deleting a conversation removes its row alone and leaves the
-- items to the purge queue. Nothing reads items without joining their conversation.
-- An item's id ends in its sequence number, so the primary key finds it by id as well.
create table items (
    owner_id uuid not null,
    conversation_id uuid not null,
    id uuid not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    sequence integer not null check (sequence > 0),
    version integer not null default 1 check (version > 0),
    -- 0 system, 1 developer, 2 user, 3 assistant, 4 tool
    role smallint not null check (role between 0 and 4),
    -- Null: the owner. Otherwise who wrote through a share link.
    author_id uuid,
    call_id text check (char_length(call_id) between 1 and 256),
    model text,
    content text not null,
    primary key (owner_id, conversation_id, sequence)
);

create unique index items_by_call_id on items (owner_id, conversation_id, call_id)
where call_id is not null;

-- Earlier versions; the current one is the item itself.
create table item_versions (
    owner_id uuid not null,
    conversation_id uuid not null,
    created_at timestamptz not null,
    sequence integer not null,
    version integer not null check (version > 0),
    model text,
    content text not null,
    primary key (owner_id, conversation_id, sequence, version)
);

-- lz4 takes half the time of pglz for long texts, where this PostgreSQL was built with it.
do $$
begin
    execute 'alter table items alter column content set compression lz4';
    execute 'alter table item_versions alter column content set compression lz4';
exception when feature_not_supported or invalid_parameter_value or syntax_error then
    raise notice 'without lz4, long messages are compressed by pglz';
end
$$;
