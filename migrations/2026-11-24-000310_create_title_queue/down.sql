drop table title_queue;
