create table api_keys (
    owner_id uuid not null,
    id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    name text not null check (char_length(name) between 1 and 120),
    -- The last characters of the key, by which its owner knows it again.
    hint text not null,
    primary key (owner_id, id)
);

-- Digest to owner, for whoever has nothing but the key.
create table api_key_digests (
    digest bytea primary key check (length(digest) = 32),
    owner_id uuid not null,
    id uuid not null,
    unique (owner_id, id),
    foreign key (owner_id, id) references api_keys on delete cascade
);
