drop table repeats;
