-- Work that is done beside the requests. Entries are looked at without a lock, owner after owner
-- along the primary key, and then locked one by one by their key. What changes while they wait is
-- in no index, so those updates stay on their page.
create table jobs (
    owner_id uuid not null,
    -- 1 usage, 2 title, 3 ended links, 4 expired credentials, 5 idle guests, 6 removal,
    -- 7 versions, 8 purge; within an owner they are done in this order
    kind smallint not null check (kind > 0),
    -- What it is about: a conversation, a message, or the owner.
    key uuid not null,
    -- Of kinds that are about a conversation, or about what is in it.
    conversation_id uuid,
    created_at timestamptz not null,
    -- When it is to be looked at.
    due_at timestamptz not null,
    -- Until when it is left to the instance that took it.
    leased_until timestamptz not null default 'epoch',
    -- How often it failed since it last went on, or of titles, how often a model was asked.
    attempts integer not null default 0 check (attempts >= 0),
    primary key (owner_id, kind, key)
) with (fillfactor = 70);
