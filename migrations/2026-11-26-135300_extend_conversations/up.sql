set local lock_timeout = '2s';

-- How often the texts of its items were changed: a part of the conversation's tag. An append does not
-- change it. An instance of an earlier version does not count; its changes move `updated_at`, which is
-- a part of the tag as well. A constant default rewrites nothing.
alter table conversations add column revisions integer not null default 0;
