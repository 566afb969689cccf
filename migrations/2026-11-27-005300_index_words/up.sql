-- One index for all owners: an owner's words are nearly all different from those of others. Without the
-- list of pending entries, which each search would read, and which some writer would have to empty. The table is
-- new and empty, so this takes no time; otherwise it could be built beforehand with
-- `create index concurrently`, under this name.
set local lock_timeout = '2s';
create index if not exists search_words_by_word on search_words using gin (words) with (fastupdate = off);
