alter table usage
    drop column last_share,
    drop column last_project,
    drop column last_conversation,
    drop column counted_conversations,
    drop column counted_bytes,
    drop column counting_since;
