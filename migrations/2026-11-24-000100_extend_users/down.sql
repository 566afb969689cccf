drop index refresh_tokens_by_expiry;
drop index users_by_activity;
alter table users drop column active_at;
