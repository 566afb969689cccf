-- What an item has beside its text: the content parts of a message, or the object of an item of another
-- type. Null for a message that is a text alone.
set local lock_timeout = '2s';
alter table items
    -- The version that has these parts. An instance of an earlier version that writes another text leaves
    -- it as it is, and so the parts are not taken for that text's.
    add column parts_version integer,
    -- Null: a message.
    add column item_type text,
    -- JSON as text: jsonb forgets the order of names and the digits of numbers.
    add column parts text,
    -- The text as visitors of a link see it, where that is another one: with the addresses of pictures.
    add column shown text;
alter table item_versions
    -- The version itself, or null.
    add column parts_version integer,
    add column item_type text,
    add column parts text;

do $$
begin
    execute 'alter table items alter column parts set compression lz4';
    execute 'alter table items alter column shown set compression lz4';
    execute 'alter table item_versions alter column parts set compression lz4';
exception when feature_not_supported or invalid_parameter_value or syntax_error then
    raise notice 'without lz4, long parts are compressed by pglz';
end
$$;
