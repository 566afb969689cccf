drop index search_words_by_word;
