-- When the user was last active, to the day: guests who never come back can be reclaimed. Null: not
-- since this column exists.
set local lock_timeout = '2s';
alter table users add column active_at timestamptz;

create index users_by_activity on users (coalesce(active_at, created_at)) where kind = 0;
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);
