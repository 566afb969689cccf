//! Whether a conversation exists.

use crate::postgres::database::Database;
use crate::postgres::execute::Execute as _;
use crate::postgres::ids;
use crate::postgres::items::key::ConversationKey;
use crate::postgres::schema::conversations;
use crate::postgres::work::reading;
use diesel::prelude::*;
use domain::error::Result;
use domain::id::OwnerId;

pub(in crate::postgres) async fn exists(database: &Database, key: ConversationKey) -> Result<bool> {
    let query = diesel::select(diesel::dsl::exists(conversations::table.find(key)));
    database
        .run(
            reading(OwnerId::new(ids::read(key.0))),
            async |connection| query.fetch_one(connection).await,
        )
        .await
}
