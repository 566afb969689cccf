drop table search_blocks;
