-- Owners who are gone. While a row is here, no statement stores anything for its owner. It is an
-- entry of the purge queue as well: what is the owner's is taken away, and looked for again until
-- nothing can come any more that was under way at the removal.
create table removed_owners (
    owner_id uuid primary key,
    removed_at timestamptz not null,
    -- When to look again; null once nothing can come any more.
    sweep_at timestamptz
);

create index removed_owners_by_time on removed_owners (removed_at);
create index removed_owners_to_sweep on removed_owners (sweep_at) where sweep_at is not null;
