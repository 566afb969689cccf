drop index conversations_by_activity;
