-- The last removal of each external owner, kept for good: tokens of before it stay refused however long
-- they are valid, and later ones are of a new owner, whose id is derived from the number of removals.
-- The key is a digest of the issuer and the subject, which are not stored.
create table external_removals (
    -- The owner that the person had at first.
    identity uuid primary key,
    removed_at timestamptz not null,
    removals integer not null
);

create index external_removals_by_time on external_removals (removed_at);
