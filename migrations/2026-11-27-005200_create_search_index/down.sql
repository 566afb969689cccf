drop table search_owners;
drop table search_conversations;
drop table search_words;
