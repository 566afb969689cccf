-- The links to a message, which end with it: each deletion of a message looks for them.
-- Writing waits while this is built, a second or so for each million links. Where there are many more,
-- build it beforehand with `create index concurrently`, under this name: it is found then.
set local lock_timeout = '2s';
create index if not exists shares_by_item on shares (owner_id, conversation_id, item_sequence, id)
where item_sequence is not null and revoked_at is null;
