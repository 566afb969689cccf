alter table user_settings
    drop constraint user_settings_preferences_size,
    alter column preferences drop default;
alter table user_settings
    alter column preferences type jsonb using preferences::jsonb,
    alter column preferences set default '{}',
    add constraint user_settings_preferences_size
        check (octet_length(preferences::text) <= 131072);
