-- Conversations that are deleted and whose rows are still to be reclaimed, oldest first.
create table purge_queue (
    id bigint generated always as identity primary key,
    owner_id uuid not null,
    conversation_id uuid not null,
    queued_at timestamptz not null
);
