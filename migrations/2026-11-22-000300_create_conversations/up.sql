-- Columns that an append changes are in no index, so that the update stays on its page (HOT); the
-- fillfactor leaves it the room.
create table conversations (
    owner_id uuid not null,
    id uuid not null,
    project_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    item_count integer not null default 0 check (item_count between 0 and 10000),
    -- The last sequence number given; numbers are never reused.
    last_sequence integer not null default 0 check (last_sequence >= item_count),
    -- 0 untitled, 1 a person, 2 the first message, 3 a model
    title_source smallint not null default 0 check (title_source between 0 and 3),
    title text check (char_length(title) between 1 and 256),
    metadata jsonb not null default '{}',
    primary key (owner_id, id),
    foreign key (owner_id, project_id) references projects (owner_id, id),
    check ((title is null) = (title_source = 0))
) with (fillfactor = 80);

create index conversations_by_project on conversations (owner_id, project_id, id)
where project_id is not null;
