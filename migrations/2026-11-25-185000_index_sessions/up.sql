-- A session is a family of refresh tokens; it can go on while one of them is not spent. Its owner
-- lists them by their ids. Nothing else is stored of sessions, so that instances of the version before
-- and of this one can make, refresh and end them side by side.
set local lock_timeout = '2s';
create index refresh_tokens_by_session on refresh_tokens (owner_id, family) where spent_at is null;
