drop table turn_queue;
