-- What a model thought before it wrote a text, apart from the text. Earlier, thoughts that models write
-- into their texts were stored with them.
set local lock_timeout = '2s';
alter table items
    -- The version whose thoughts are known to be apart. An instance of an earlier version that writes
    -- another text leaves it as it is, and so what stands in `reasoning` is not taken for that text's.
    -- 0: a copy of a text with thoughts in it, which are not for the owner of the copy.
    add column reasoning_version integer,
    add column reasoning text;
alter table item_versions
    -- The same: the version itself, or null where it was kept by an instance of an earlier version.
    add column reasoning_version integer,
    add column reasoning text;

do $$
begin
    execute 'alter table items alter column reasoning set compression lz4';
    execute 'alter table item_versions alter column reasoning set compression lz4';
exception when feature_not_supported or invalid_parameter_value or syntax_error then
    raise notice 'without lz4, long thoughts are compressed by pglz';
end
$$;
