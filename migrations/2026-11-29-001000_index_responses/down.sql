drop index responses_by_age;
