-- How much a conversation holds, so that what an owner uses is a sum over conversations and not over
-- messages.
set local lock_timeout = '2s';
alter table conversations
    -- The bytes of the messages that were counted and of their earlier versions, and 128 for each.
    add column bytes bigint not null default 0,
    -- The number of the last message that was counted. What came since, or was there before this
    -- column, is added when its owner is counted.
    add column counted_sequence integer not null default 0;
