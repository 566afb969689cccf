//! Deletes rows of deleted data, and rows that a new title leaves behind.

use crate::postgres::statement::statement;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use uuid::Uuid;

/// For a statement that deletes messages, whose owner and id the table `gone` has: rows that the version
/// before made.
pub(in crate::postgres) const FORGET_ITEM: &str = "delete from search_words w using gone
        where w.owner_id = $1 and w.id = gone.id";

/// For a statement that deletes the message `$3` of the conversation `$2`: its words are no longer known
/// from those of the other messages of its block.
pub(in crate::postgres) const FORGET_WORDS_OF_ITEM: &str = "update search_blocks
        set words = null, marks = null
        where owner_id = $1 and conversation_id = $2 and last_sequence >= $3
            and first_sequence in (
                select first_sequence from search_blocks
                where owner_id = $1 and conversation_id = $2 and first_sequence between 1 and $3
                order by first_sequence desc limit 2
            )";

statement!(
    /// Some rows of a deleted conversation.
    ForgetBlocks { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from search_blocks where owner_id = $1 and conversation_id = $2 and first_sequence in (
        select first_sequence from search_blocks
        where owner_id = $1 and conversation_id = $2 order by first_sequence limit $3
    )"
);

statement!(
    ForgetConversation { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid } -> (),
    "with title as (
        delete from search_words where owner_id = $1 and id = $2
    )
    delete from search_conversations where owner_id = $1 and conversation_id = $2"
);

statement!(
    /// The index has an earlier title of the conversation. Its row may be missing if nothing is indexed.
    Renamed { owner_id: Uuid => SqlUuid, conversation_id: Uuid => SqlUuid } -> (),
    "insert into search_conversations as s (owner_id, conversation_id, renames)
    select owner_id, id, 1 from conversations where owner_id = $1 and id = $2
    on conflict (owner_id, conversation_id) do update set renames = s.renames + 1"
);

statement!(
    /// Some rows of a removed owner.
    ForgetBlocksOfOwner { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from search_blocks where owner_id = $1 and (conversation_id, first_sequence) in (
        select conversation_id, first_sequence from search_blocks where owner_id = $1
        order by conversation_id, first_sequence limit $2
    )"
);

statement!(
    /// Some rows of a removed owner that the version before made.
    ForgetWords { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from search_words where owner_id = $1 and id in (
        select id from search_words where owner_id = $1 order by id limit $2
    )"
);

statement!(
    ForgetConversations { owner_id: Uuid => SqlUuid, most: i64 => BigInt } -> (),
    "delete from search_conversations where owner_id = $1 and conversation_id in (
        select conversation_id from search_conversations where owner_id = $1
        order by conversation_id limit $2
    )"
);

statement!(
    ForgetOwner { owner_id: Uuid => SqlUuid } -> (),
    "delete from search_owners where owner_id = $1"
);
