-- The same for the links of one conversation.
-- Writing waits while this is built, a second or so for each million links. Where there are many more,
-- build it beforehand with `create index concurrently`, under this name: it is found then.
set local lock_timeout = '2s';
create index if not exists shares_by_conversation_with_state on shares (owner_id, conversation_id, id)
include (revoked_at, expires_at);
