set local lock_timeout = '2s';
alter table search_blocks drop column marks;
