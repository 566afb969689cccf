//! Direct access to rows: writes many at once, and checks that they agree with each other.

use crate::db::Schema;
use ulid::Ulid;

/// The owner for whom `TestApp::alice` speaks.
pub(crate) const ALICE: u128 = 0xA11CE;

/// When seeded conversations were made, in milliseconds: before anything a test makes.
const BEFORE: u64 = 1_766_000_000_000;

/// A public id as the database keeps it.
pub(crate) fn stored(id: &str) -> String {
    let (_, digits) = id.split_once('_').unwrap();
    format!("{:032x}", Ulid::from_string(digits).unwrap().0)
}

/// Conversations of alice, oldest first, a millisecond apart.
pub(crate) async fn conversations(schema: &Schema, count: u64) -> Vec<String> {
    let ids = (1..=count).map(|number| Ulid::from_parts(BEFORE + number, u128::from(number) << 40));
    let ids: Vec<Ulid> = ids.collect();
    let stored: Vec<String> = ids.iter().map(|id| format!("{:032x}", id.0)).collect();
    let insert = format!(
        "insert into conversations (owner_id, id, created_at, updated_at)
        select '{ALICE:032x}', id, at, at
        from unnest('{{{}}}'::uuid[]) with ordinality as made(id, number),
            to_timestamp({BEFORE} / 1000.0 + number * 0.001) at",
        stored.join(",")
    );
    schema.rows(&insert).await;
    ids.iter().map(|id| format!("conv_{id}")).collect()
}

/// Adds `count` user messages at the end of a conversation. `content` is SQL that may speak of the
/// sequence number `n`. Their ids are as `ItemId::at` makes them.
pub(crate) async fn items(schema: &Schema, conversation: &str, count: u32, content: &str) {
    let conversations = [conversation.to_owned()];
    items_of_all(schema, &conversations, count, content).await;
}

/// The same for each of these conversations.
pub(crate) async fn items_of_all(
    schema: &Schema,
    conversations: &[String],
    count: u32,
    content: &str,
) {
    let ids: Vec<String> = conversations.iter().map(|id| stored(id)).collect();
    let those = format!("id = any('{{{}}}'::uuid[])", ids.join(","));
    let insert = format!(
        "insert into items (owner_id, conversation_id, id, created_at, updated_at, sequence, role,
            content)
        select owner_id, id,
            encode(substring(uuid_send(id) for 12) || int4send(n), 'hex')::uuid,
            created_at, created_at, n, 2, {content}
        from conversations, generate_series(last_sequence + 1, last_sequence + {count}) n
        where {those};
        update conversations set item_count = item_count + {count},
            last_sequence = last_sequence + {count}
        where {those}"
    );
    schema.rows(&insert).await;
}

/// The ids of a conversation's items, in order.
pub(crate) async fn item_ids(schema: &Schema, conversation: &str) -> Vec<String> {
    let query = format!(
        "select id from items where conversation_id = '{}' order by sequence",
        stored(conversation)
    );
    let rows = schema.rows(&query).await;
    rows.into_iter()
        .map(|row| {
            let hexadecimal = row[0].clone().unwrap().replace('-', "");
            format!(
                "item_{}",
                Ulid(u128::from_str_radix(&hexadecimal, 16).unwrap())
            )
        })
        .collect()
}

/// Checks that there are no rows without a parent, wrong counts, versions with gaps, or missing
/// projects.
pub(crate) async fn assert_consistent(schema: &Schema) {
    for (what, from) in orphans().into_iter().chain(contradictions()) {
        let found = schema.value(&format!("select count(*) from {from}")).await;
        assert_eq!(found, "0", "{what}");
    }
}

/// Rows without a parent, which do not wait to be reclaimed either.
fn orphans() -> Vec<(&'static str, String)> {
    let gone = |row: &str| {
        format!(
            "not exists (select from conversations c
                where c.owner_id = {row}.owner_id and c.id = {row}.conversation_id)"
        )
    };
    let waiting = |row: &str| {
        format!(
            "exists (select from jobs q where q.kind = 8
                and q.owner_id = {row}.owner_id and q.conversation_id = {row}.conversation_id)"
        )
    };
    vec![
        (
            "items of no conversation",
            format!("items i where {} and not {}", gone("i"), waiting("i")),
        ),
        (
            "versions of no conversation",
            format!(
                "item_versions v where {} and not {}",
                gone("v"),
                waiting("v")
            ),
        ),
        (
            "versions of no item",
            format!(
                "item_versions v where not {} and not exists (select from items i
                    where i.owner_id = v.owner_id and i.conversation_id = v.conversation_id
                    and i.sequence = v.sequence)
                and not exists (select from jobs q where q.kind = 7
                    and q.owner_id = v.owner_id and q.conversation_id = v.conversation_id
                    and substring(uuid_send(q.key) from 13) = int4send(v.sequence))",
                gone("v")
            ),
        ),
    ]
}

/// Rows that cannot be right together.
fn contradictions() -> [(&'static str, String); 6] {
    [
        (
            "sizes that are wrong",
            "conversations c where counted_sequence > last_sequence or bytes <> (
                select coalesce(sum(octet_length(content) + coalesce(octet_length(reasoning), 0)
                    + 128), 0) from items i
                where i.owner_id = c.owner_id and i.conversation_id = c.id
                    and i.sequence <= c.counted_sequence
            ) + (
                select coalesce(sum(octet_length(content) + coalesce(octet_length(reasoning), 0)
                    + 128), 0) from item_versions v
                where v.owner_id = c.owner_id and v.conversation_id = c.id
                    and v.sequence <= c.counted_sequence
            )"
            .to_owned(),
        ),
        (
            "conversations that are there and wait to be reclaimed",
            "conversations c join jobs q
                on q.kind = 8 and q.owner_id = c.owner_id and q.conversation_id = c.id"
                .to_owned(),
        ),
        (
            "wrong counts",
            "conversations c, lateral (
                select count(*) as count, coalesce(max(sequence), 0) as last from items i
                where i.owner_id = c.owner_id and i.conversation_id = c.id) i
            where c.item_count <> i.count or c.last_sequence < i.last"
                .to_owned(),
        ),
        (
            "items whose id has another number",
            "items where substring(uuid_send(id) from 13) <> int4send(sequence)".to_owned(),
        ),
        (
            "versions that are missing or too many",
            "items i where i.version - 1 <> (
                select count(*) from item_versions v
                where v.owner_id = i.owner_id and v.conversation_id = i.conversation_id
                and v.sequence = i.sequence and v.version < i.version)"
                .to_owned(),
        ),
        (
            "conversations in a project that is not there",
            "conversations c where project_id is not null and not exists (
                select from projects p where p.owner_id = c.owner_id and p.id = c.project_id)"
                .to_owned(),
        ),
    ]
}
