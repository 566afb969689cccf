-- The words of messages and titles. They are made by the service, since PostgreSQL's own depend on the
-- locale of the database, and are kept as hashes that differ from owner to owner. All of this is made from
-- other tables by jobs of the kind 10: it may lag behind, and may be deleted at any time.
create table search_words (
    owner_id uuid not null,
    -- Of the message, or of the conversation for its title.
    id uuid not null,
    conversation_id uuid not null,
    -- The message's number; 0: the title.
    sequence integer not null,
    words integer[] not null,
    primary key (owner_id, id)
);
-- The words of different owners are different, so statistics over all of them mean nothing.
alter table search_words alter column words set statistics 0;

-- What the index has of a conversation.
create table search_conversations (
    owner_id uuid not null,
    conversation_id uuid not null,
    -- How often its title was changed, other than by a message, and as far as the index knows.
    renames integer not null default 0,
    indexed_renames integer not null default 0,
    -- Messages up to this number are indexed, as they were when the conversation had so many revisions.
    indexed_sequence integer not null default 0,
    indexed_revisions integer not null default 0,
    -- The version of the words; 0: nothing is indexed.
    maker smallint not null default 0,
    primary key (owner_id, conversation_id)
);
create index search_conversations_renamed on search_conversations (owner_id, conversation_id)
where renames <> indexed_renames;

-- All conversations that were last changed before this time are indexed.
create table search_owners (
    owner_id uuid primary key,
    indexed_through timestamptz not null,
    maker smallint not null
);
