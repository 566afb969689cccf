-- The message of a message link, as its owner knows it: the list still names it when it is gone.
alter table shares add column item_id uuid;

-- An owner's links, newest first.
create index shares_by_owner on shares (owner_id, id);

-- When a link ended, by whichever came first: what the background work looks for. LEAST skips null.
create index shares_by_end on shares (least(revoked_at, expires_at))
where revoked_at is not null or expires_at is not null;

create index share_tombstones_by_end on share_tombstones (ended_at);
