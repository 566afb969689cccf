-- What a user wants the models to know of them, and the preferences of their clients. At most some
-- 80 KiB per user. A user without a row has set nothing.
create table user_settings (
    owner_id uuid primary key,
    updated_at timestamptz not null,
    -- Null: not said, which is yes.
    use_profile boolean,
    -- 0 concise, 1 friendly, 2 professional
    style smallint check (style between 0 and 2),
    nickname text check (char_length(nickname) <= 100),
    occupation text check (char_length(occupation) <= 100),
    about text check (char_length(about) <= 8000),
    instructions text check (char_length(instructions) <= 8000),
    -- Written with blanks; without them it is at most 64 KiB.
    preferences jsonb not null default '{}'
        constraint user_settings_preferences_size check (octet_length(preferences::text) <= 131072)
);
