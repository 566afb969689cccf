-- An SDK's next attempt looks for the latest request with its body. An owner may have left very many of one
-- body: without the time, all of them were read and sorted each time.
-- Writing waits while this is built, a second or so for each million attempts of the last ten minutes.
set local lock_timeout = '2s';
create index if not exists repeats_by_attempt on repeats (owner_id, body, created_at) where attempt is not null;
drop index repeats_by_body;
