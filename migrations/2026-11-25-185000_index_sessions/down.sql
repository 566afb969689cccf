drop index refresh_tokens_by_session;
