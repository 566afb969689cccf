drop index conversations_pinned;
drop index conversations_archived_by_activity;
drop index conversations_archived;
drop index conversations_in_use;
alter table projects drop column pinned, drop column archived;
alter table conversations drop column pinned, drop column archived;
