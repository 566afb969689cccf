//! Organises many conversations in one transaction. Goes in the order of ids, so that two requests
//! for the same conversations cannot deadlock.

use super::PROJECT;
use crate::postgres::conversation_rows::rows::stored_key;
use crate::postgres::database::Database;
use crate::postgres::error::{storage, violates};
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::row::sql;
use crate::postgres::statement::statement;
use diesel::QueryResult;
use diesel::sql_types::{Array, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::AsyncPgConnection;
use domain::conversations::{Organising, Tags};
use domain::error::Result;
use domain::id::{ConversationId, OwnerId};
use domain::repeats::{Made, Outcome};
use uuid::Uuid;

/// The conversations, locked until the statement ends.
const LOCKED: &str = "with locked as (
        select owner_id, id from conversations
        where owner_id = $1 and id = any($2)
        order by id for no key update
    )
    update conversations c ";

const OF_LOCKED: &str = "
    from locked l where c.owner_id = $1 and c.id = l.id";

statement!(
    /// Null keeps a flag.
    SetFlags<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        archived: Option<bool> => Nullable<Bool>,
        pinned: Option<bool> => Nullable<Bool>,
    } -> SqlUuid,
    sql!(LOCKED, "set archived = coalesce($3, c.archived), pinned = coalesce($4, c.pinned)",
        OF_LOCKED, " returning c.id")
);

statement!(
    Move<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        project_id: Option<Uuid> => Nullable<SqlUuid>,
    } -> SqlUuid,
    sql!(LOCKED, "set project_id = $3", OF_LOCKED, " returning c.id")
);

statement!(
    /// Adds the tags that a conversation does not have, unless it would have too many. Each is stored
    /// with its key after it.
    AddTags<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        tags: &'a [String] => Array<Text>,
        keys: Vec<String> => Array<Text>,
    } -> SqlUuid,
    sql!(LOCKED, "set tags = c.tags || array(
            select part.text from unnest($3, $4) with ordinality n(tag, key, ordinal)
            cross join lateral (values (1, n.tag), (2, n.key)) part(ordinal, text)
            where n.key <> all(c.tags) order by n.ordinal, part.ordinal
        )", OF_LOCKED, " and cardinality(c.tags) / 2 + (
            select count(*) from unnest($4) n(key) where n.key <> all(c.tags)
        ) <= 20
    returning c.id")
);

statement!(
    /// Takes the tags away that a conversation has, each with its key.
    RemoveTags<'a> {
        owner_id: Uuid => SqlUuid,
        ids: &'a [Uuid] => Array<SqlUuid>,
        keys: Vec<String> => Array<Text>,
    } -> SqlUuid,
    sql!(LOCKED, "set tags = array(
            select part.text from unnest(c.tags) with ordinality part(text, ordinal)
            where c.tags[((part.ordinal + 1) / 2 * 2)::int] <> all($3) order by part.ordinal
        )", OF_LOCKED, " returning c.id")
);

pub(super) async fn organise(
    database: &Database,
    owner: OwnerId,
    ids: &[ConversationId],
    organising: &Organising,
) -> Result<Option<Vec<ConversationId>>> {
    // The limit in the statement.
    const { assert!(Tags::MOST == 20) };
    let owner_id = ids::stored(owner.ulid());
    let ids: Vec<Uuid> = ids.iter().map(|id| ids::stored(id.ulid())).collect();
    let work = async |connection: &mut AsyncPgConnection| -> QueryResult<Vec<Uuid>> {
        done(connection, owner_id, &ids, organising).await
    };
    let all = |done: &[Uuid]| -> Vec<ConversationId> {
        let done = done.iter().copied().map(ids::read);
        done.map(ConversationId::new).collect()
    };
    let done = database.effect(owner, work, |done| {
        Some(Outcome::done(Made::Several(all(done))))
    });
    match done.await? {
        Ok(done) => Ok(Some(all(&done))),
        Err(error) if violates(&error, PROJECT) => Ok(None),
        Err(error) => Err(storage(error)),
    }
}

async fn done(
    connection: &mut AsyncPgConnection,
    owner_id: Uuid,
    ids: &[Uuid],
    organising: &Organising,
) -> QueryResult<Vec<Uuid>> {
    match organising {
        Organising::Flag(flags) => {
            let set = SetFlags {
                owner_id,
                ids,
                archived: flags.archived.or(None, |archived| Some(*archived)),
                pinned: flags.pinned.or(None, |pinned| Some(*pinned)),
            };
            set.fetch_all(connection).await
        }
        Organising::Move(project) => {
            let to = Move {
                owner_id,
                ids,
                project_id: project.map(|id| ids::stored(id.ulid())),
            };
            to.fetch_all(connection).await
        }
        Organising::Tag(tags) => {
            let add = AddTags {
                owner_id,
                ids,
                tags: tags.names(),
                keys: keys(tags),
            };
            add.fetch_all(connection).await
        }
        Organising::Untag(tags) => {
            let remove = RemoveTags {
                owner_id,
                ids,
                keys: keys(tags),
            };
            remove.fetch_all(connection).await
        }
    }
}

fn keys(tags: &Tags) -> Vec<String> {
    tags.keys().iter().map(|key| stored_key(key)).collect()
}
