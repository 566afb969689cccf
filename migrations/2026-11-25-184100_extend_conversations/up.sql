-- How much a conversation holds, kept by whatever writes to it, so that what an owner uses is a sum
-- over conversations and not over messages.
set local lock_timeout = '2s';
alter table conversations
    -- The bytes of all messages and their earlier versions, and 128 for each of them.
    add column bytes bigint not null default 0,
    -- How many of the numbers given out `bytes` knows of. Where that are fewer than there are, the
    -- messages are of before this column, or of an instance of an earlier version: the conversation
    -- is measured anew.
    add column counted_sequence integer not null default 0;
