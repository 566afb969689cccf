-- What owners use, as it was last counted.
create table usage (
    owner_id uuid primary key,
    -- Null: not yet.
    counted_at timestamptz,
    storage_bytes bigint not null default 0,
    conversations bigint not null default 0,
    -- The beginning of the day, in UTC, whose titles are counted.
    titles_day timestamptz not null default 'epoch',
    -- For how many titles a model was asked that day.
    titles integer not null default 0
) with (fillfactor = 70);
