-- Conversations that are named by their first message and wait for a model to name them better.
create table title_queue (
    owner_id uuid not null,
    conversation_id uuid not null,
    -- When it is to be looked at; an entry somebody is at is put off until they must have finished.
    due_at timestamptz not null,
    -- How often a model was asked.
    attempts integer not null default 0 check (attempts >= 0),
    primary key (owner_id, conversation_id)
);

create index title_queue_by_due on title_queue (due_at);
