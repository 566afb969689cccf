drop table purge_queue;
