-- Users with an e-mail address and a password; a guest without a row here is still a guest.
create table accounts (
    owner_id uuid primary key references users on delete cascade,
    created_at timestamptz not null,
    -- As Email::parse spells it.
    email text not null,
    name text check (char_length(name) between 1 and 120),
    -- Argon2id in PHC string format.
    password_hash text not null
);

-- Address to owner: a global look-up table, in which an address is taken once.
create table email_addresses (
    email text collate "C" primary key,
    owner_id uuid not null unique references accounts on delete cascade
);
