-- Turns of conversations, in the order in which they were asked for: the first of a conversation whose
-- lease has not run out is being answered, the others wait. A turn leaves in the transaction that stores
-- it. Times are the database's, so that the clocks of instances do not matter. Jobs of kind 9 take away
-- what instances that died have left.
create table turn_queue (
    owner_id uuid not null,
    conversation_id uuid not null,
    -- One more than the highest that is there; the key keeps two from having the same.
    place integer not null,
    -- Tells a turn from another that has its place after it has left.
    token uuid not null,
    -- Until when it is left to the instance that answers, or waits, unless it renews that.
    leased_until timestamptz not null,
    -- That it is to be ended: 1 what was written is kept, 2 nothing is.
    ending smallint,
    -- It was ended; the reply as far as it was kept. Kept for those who ask what has become of it.
    ended_at timestamptz,
    item_id uuid,
    primary key (owner_id, conversation_id, place)
) with (fillfactor = 70);
