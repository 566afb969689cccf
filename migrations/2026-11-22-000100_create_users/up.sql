-- People and programs that own things. The key of every other table begins with owner_id, so that
-- a query without the owner cannot be written by accident and the data can be sharded by owner.
create table users (
    owner_id uuid primary key,
    kind smallint not null check (kind in (0, 1)), -- 0 guest, 1 operator
    created_at timestamptz not null
);

-- Digest to owner: one of the few global look-up tables. A spent token stays until it expires, so
-- that its reuse is noticed.
create table refresh_tokens (
    digest bytea primary key check (length(digest) = 32),
    owner_id uuid not null references users on delete cascade,
    family uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    spent_at timestamptz
);

create index refresh_tokens_by_family on refresh_tokens (family);
create index refresh_tokens_by_owner on refresh_tokens (owner_id);
