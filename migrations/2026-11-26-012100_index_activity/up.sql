-- The list by last activity begins at its place instead of sorting all conversations of an owner. An
-- append moves its conversation's entry, so its update is not HOT any more.
-- Writing waits while this is built, a second or so for each million conversations. Where there are
-- many more, build it beforehand with `create index concurrently`, under this name: it is found then.
set local lock_timeout = '2s';
create index if not exists conversations_by_activity on conversations (owner_id, updated_at, id);
