-- Responses: what a model was given, and what it has answered. Those of a conversation have their items there,
-- too. Texts and not jsonb: the order of names and the digits of numbers stay.
create table responses (
    owner_id uuid not null,
    id uuid not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    -- Until when a response in progress is left to the instance that writes it, unless it renews that. By the
    -- database's clock.
    leased_until timestamptz,
    conversation_id uuid,
    -- The response that it continues, as the client has named it.
    previous_id uuid,
    -- The same, or the one before where that was deleted.
    parent_id uuid,
    -- The number of its first item; the others follow, those of the input first.
    first_number integer not null,
    input_count integer not null,
    -- 1 in progress, 2 completed, 3 failed, 4 incomplete, 5 cancelled
    status smallint not null,
    -- 1 length, 2 filter
    cut_by smallint,
    is_background boolean not null,
    model text,
    -- Fields of the request: a JSON object.
    settings text not null,
    -- Lists of items, as JSON.
    input text not null,
    output text not null,
    -- How the output came: item, part and bytes of each piece.
    cuts integer[] not null,
    -- Tokens: input, cached, output, reasoning, total.
    usage integer[],
    failure_code text,
    failure_message text,
    primary key (owner_id, id)
);

-- For those that continue a response which is deleted.
create index responses_by_parent on responses (owner_id, parent_id) where parent_id is not null;
-- For a conversation that is deleted.
create index responses_of_conversation on responses (owner_id, conversation_id) where conversation_id is not null;
