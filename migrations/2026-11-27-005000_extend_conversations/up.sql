set local lock_timeout = '2s';

-- The tags of a conversation. Each is followed by a space and the form by which it is compared, which the
-- service makes, since PostgreSQL's own depends on the locale of the database. A tag itself does not begin with a
-- space. An append does not change them. A constant default rewrites nothing.
alter table conversations add column tags text[] not null default '{}';
