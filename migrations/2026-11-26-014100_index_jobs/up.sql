-- Where the background work looks whether anything is due: very many jobs may wait that are not.
-- What puts a job off moves its entry. Claiming one does not, so that update stays on its page.
-- Writing waits while this is built, a second or so for each million jobs. Where there are many more,
-- build it beforehand with `create index concurrently`, under this name: it is found then.
set local lock_timeout = '2s';
create index if not exists jobs_by_due on jobs (kind, due_at);
