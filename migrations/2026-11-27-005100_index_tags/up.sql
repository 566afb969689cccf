-- Lists by tag read the conversations that have tags, and no others. Only these are in the index, so an
-- append to any other conversation makes no entry. Building it reads all conversations, for seconds where
-- there are a million; where there are many more, build it beforehand with `create index concurrently`,
-- under this name: it is found then.
set local lock_timeout = '2s';
create index if not exists conversations_tagged
on conversations (owner_id, id)
where tags <> '{}';
