alter table item_versions
    drop column reasoning,
    drop column reasoning_version;
alter table items
    drop column reasoning,
    drop column reasoning_version;
