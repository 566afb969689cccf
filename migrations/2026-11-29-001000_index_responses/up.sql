-- With RESPONSE_RETENTION_DAYS a job (kind 13) deletes old responses that have no conversation, oldest first.
-- A response is added at the end of this index, and no later change of it moves its entry.
-- Writing waits while this is built, a second or so for each million responses. It can be built beforehand, with
-- `create index concurrently` and the same name.
set local lock_timeout = '2s';
create index if not exists responses_by_age on responses (created_at) where conversation_id is null;
