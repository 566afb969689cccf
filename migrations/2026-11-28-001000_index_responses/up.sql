-- Every 20 seconds a job (kind 11) ends the responses whose servers have died. Only responses under way are in this
-- index, so it stays small.
-- Writing waits while this is built, a second or so for each million responses. It can be built beforehand, with
-- `create index concurrently` and the same name.
set local lock_timeout = '2s';
create index if not exists responses_under_way on responses (leased_until) where status = 1;
