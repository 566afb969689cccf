//! Finds texts that are not indexed yet, so that appends need not record them: the
//! conversations that changed since all was indexed, found by their last activity, compared with what the
//! index has of each.

use chrono::TimeDelta;

/// The longest time from a change to the moment when others see it: statements end before, and clocks of
/// instances do not differ more. So the id of a message is never later than the last activity of its
/// conversation and this time.
pub(super) const MARGIN: TimeDelta = TimeDelta::minutes(2);

/// The stale conversations of the owner `$1`, by the version `$3` of the words, as `stale`. An item of one
/// is stale if its number is greater than `indexed`, or if it was revised and `is_revised`.
pub(in crate::postgres) const STALE: &str = "since as (
        select coalesce((
            select indexed_through from search_owners where owner_id = $1 and maker = $3
        ), '-infinity'::timestamptz) as at
    ),
    states as (
        select c.id, c.title, c.created_at, c.updated_at, c.project_id, c.archived, c.last_sequence,
            c.revisions, coalesce(s.renames, 0) as renames,
            case when s.maker = $3 then s.indexed_sequence else 0 end as indexed,
            coalesce(s.maker = $3 and s.indexed_revisions <> c.revisions, false) as is_revised,
            coalesce(s.maker = $3 and s.renames = s.indexed_renames, false) as is_named
        from conversations c
        left join search_conversations s on s.owner_id = c.owner_id and s.conversation_id = c.id
        where c.owner_id = $1 and c.updated_at >= (select at from since)
        union
        select c.id, c.title, c.created_at, c.updated_at, c.project_id, c.archived, c.last_sequence,
            c.revisions, s.renames,
            case when s.maker = $3 then s.indexed_sequence else 0 end,
            s.maker = $3 and s.indexed_revisions <> c.revisions, false
        from search_conversations s
        join conversations c on c.owner_id = s.owner_id and c.id = s.conversation_id
        where s.owner_id = $1 and s.renames <> s.indexed_renames
    ),
    stale as (
        select * from states where indexed <> last_sequence or is_revised or not is_named
    )";
