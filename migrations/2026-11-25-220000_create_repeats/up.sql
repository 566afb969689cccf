-- Requests that may come again, by the client's key or, where an official SDK counts its attempts, by a
-- random one. What a request has come to is written in the transaction that does it; the answer is made
-- anew from the ids. Jobs of kind 9 take away what has expired.
create table repeats (
    owner_id uuid not null,
    -- SHA-256 of the route and the client's key.
    key bytea not null,
    -- SHA-256 of the route, the address and the body.
    body bytea not null,
    -- Tells an attempt from another that takes the key over.
    token uuid not null,
    created_at timestamptz not null,
    -- Until when the key is left to the instance that answers, unless it renews that.
    leased_until timestamptz not null,
    expires_at timestamptz not null,
    -- Which attempt it was last, counted by an SDK.
    attempt smallint,
    -- Null: it is under way.
    status smallint,
    -- 1 conversation, 2 item, 3 item through a link, 4 project, 5 link, 6 deleted conversations, 7 turn
    made smallint,
    ids uuid[],
    finish_reason text,
    primary key (owner_id, key)
) with (fillfactor = 70);

create index repeats_by_expiry on repeats (expires_at);
-- Where an SDK's next attempt looks for the one before.
create index repeats_by_body on repeats (owner_id, body) where attempt is not null;
