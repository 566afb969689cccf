set local lock_timeout = '2s';

-- A count that is under way, a portion at a time: of which job it is, what was counted so far, and
-- where it goes on.
alter table usage
    add column counting_since timestamptz,
    add column counted_bytes bigint not null default 0,
    add column counted_conversations bigint not null default 0,
    add column last_conversation uuid,
    add column last_project uuid,
    add column last_share uuid;
