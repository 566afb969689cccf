drop index conversations_tagged;
