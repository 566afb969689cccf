//! Whether a conversation, or a project, exists.

use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::row_keys::ConversationKey;
use crate::postgres::schema::{conversations, projects};
use crate::postgres::work::reading;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::{OwnerId, ProjectId};

pub(in crate::postgres) async fn exists(database: &Database, key: ConversationKey) -> Result<bool> {
    let query = diesel::select(diesel::dsl::exists(conversations::table.find(key)));
    database
        .run(
            reading(OwnerId::new(ids::read(key.0))),
            async |connection| query.fetch_one(connection).await,
        )
        .await
}

/// Whether the project exists, if one is given.
pub(in crate::postgres) async fn project(
    database: &Database,
    owner: OwnerId,
    project: Option<ProjectId>,
) -> Result<bool> {
    let Some(project) = project else {
        return Ok(true);
    };
    let key = (ids::stored(owner.ulid()), ids::stored(project.ulid()));
    let query = diesel::select(diesel::dsl::exists(projects::table.find(key)));
    database
        .run(reading(owner), async |connection| {
            query.fetch_one(connection).await
        })
        .await
}
