-- Conversations and projects that their owner put away, or wants to find at once. An append changes
-- neither.
set local lock_timeout = '2s';
alter table conversations
    add column archived boolean not null default false,
    add column pinned boolean not null default false;
alter table projects
    add column archived boolean not null default false,
    add column pinned boolean not null default false;

-- Lists leave archived conversations out by default, and an owner may have archived nearly all. An
-- append to a conversation that is not archived makes an entry in the first of these alone.
create index if not exists conversations_in_use on conversations (owner_id, id)
where not archived;
create index if not exists conversations_archived on conversations (owner_id, id)
where archived;
create index if not exists conversations_archived_by_activity on conversations (owner_id, updated_at, id)
where archived;
create index if not exists conversations_pinned on conversations (owner_id, id)
where pinned;
