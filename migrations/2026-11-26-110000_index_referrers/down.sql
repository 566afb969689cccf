drop index conversations_by_referrer;
