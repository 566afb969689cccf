-- Where the count of responses goes on.
set local lock_timeout = '2s';
alter table usage add column last_response uuid;
