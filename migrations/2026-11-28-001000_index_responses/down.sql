drop index responses_under_way;
