set local lock_timeout = '2s';

-- The tokens of a removed user are taken away in portions: there may be a million of them. Every
-- statement that spends one looks for its user first.
alter table refresh_tokens drop constraint refresh_tokens_owner_id_fkey;
