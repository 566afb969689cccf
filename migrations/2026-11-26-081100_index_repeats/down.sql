create index repeats_by_body on repeats (owner_id, body) where attempt is not null;
drop index repeats_by_attempt;
