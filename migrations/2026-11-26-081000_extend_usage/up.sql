-- Where the count of remembered requests goes on. They count as storage: a request that stores nothing else, such
-- as one that cancels, would otherwise leave as many rows as its owner likes.
set local lock_timeout = '2s';
alter table usage add column last_repeat bytea;
