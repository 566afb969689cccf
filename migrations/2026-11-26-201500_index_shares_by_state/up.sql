-- An owner's links in one state: active, expired or revoked, of which there may be few among very many. All that a
-- search needs is in the index, so it reads no link that is not asked for.
-- Writing waits while this is built, a second or so for each million links. Where there are many more,
-- build it beforehand with `create index concurrently`, under this name: it is found then.
set local lock_timeout = '2s';
create index if not exists shares_by_owner_with_state on shares (owner_id, id)
include (conversation_id, revoked_at, expires_at);
