-- The words of messages and titles, in place of search_words: a row for some messages of a conversation that
-- follow each other, or for its title. Words are keys that the service makes, and that differ from owner to owner.
-- Instances of the version before still use search_words; a later version removes it.
set local lock_timeout = '2s';
create table search_blocks (
    owner_id uuid not null,
    conversation_id uuid not null,
    -- The oldest and the newest message by their ids; of the title: the conversation.
    first_id uuid not null,
    last_id uuid not null,
    -- The numbers of the messages; 0: the title.
    first_sequence integer not null,
    last_sequence integer not null,
    -- The size of the texts.
    bytes integer not null,
    -- null: not known, since a message was deleted. All its messages may have any word.
    words integer[],
    primary key (owner_id, conversation_id, first_sequence),
    -- Instances of the version before delete rows there, for deleted conversations and for removed owners.
    foreign key (owner_id, conversation_id) references search_conversations on delete cascade
);
-- The words of different owners are different, so statistics over all of them mean nothing. Numbers that are
-- hashes cannot be compressed.
alter table search_blocks alter column words set statistics 0, alter column words set storage external;
create index search_blocks_by_time on search_blocks (owner_id, last_id, first_id);
create index search_blocks_by_conversation on search_blocks (owner_id, conversation_id, last_id, first_id);
create index search_blocks_unknown on search_blocks (owner_id, conversation_id) where words is null;
-- One for all owners, without the list of pending entries, which each search would read.
create index search_blocks_by_word on search_blocks using gin (words) with (fastupdate = off);
