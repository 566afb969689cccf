set local lock_timeout = '2s';

alter table conversations drop column tags;
