-- Lists of the conversations that came from one place, as Jan's programs ask for them: without this, all
-- of an owner's are read to find a few. Conversations without a referrer are not in it, and cost nothing.
-- Building it reads all conversations, for seconds where there are a million; where there are many more,
-- build it beforehand with `create index concurrently`, under this name: it is found then.
set local lock_timeout = '2s';
create index if not exists conversations_by_referrer
on conversations (owner_id, (metadata ->> 'referrer'), id)
where metadata ->> 'referrer' is not null;
