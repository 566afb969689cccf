-- Which messages of a block may have a word, or two words that follow each other; null: all may. Short, and read for
-- each block that has the words, so it stays in the row. An instance of the version before leaves it null.
set local lock_timeout = '2s';
alter table search_blocks add column marks bytea;
alter table search_blocks alter column marks set storage plain, alter column marks set statistics 0;
