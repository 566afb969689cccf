//! Changes settings step by step, where Citus keeps them in parts: it cannot give the parameters of an insertion to
//! the update that takes its place.

use super::rows::{SettingsRow, Update};
use crate::postgres::execute::Execute as _;
use crate::postgres::row::{Sql, names, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::sql_types::{Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use uuid::Uuid;

statement!(
    Make { owner_id: Uuid => SqlUuid, now: DateTime<Utc> => Timestamptz } -> (),
    "insert into user_settings (owner_id, updated_at) select $1, $2
    where not exists (select from removed_owners where owner_id = $1)
    on conflict do nothing"
);

statement!(
    Change<'a> {
        now: DateTime<Utc> => Timestamptz,
        sets_use_profile: bool => Bool,
        use_profile: Option<bool> => Nullable<Bool>,
        sets_style: bool => Bool,
        style: Option<i16> => Nullable<SmallInt>,
        sets_nickname: bool => Bool,
        nickname: Option<&'a str> => Nullable<Text>,
        sets_occupation: bool => Bool,
        occupation: Option<&'a str> => Nullable<Text>,
        sets_about: bool => Bool,
        about: Option<&'a str> => Nullable<Text>,
        sets_instructions: bool => Bool,
        instructions: Option<&'a str> => Nullable<Text>,
        sets_preferences: bool => Bool,
        preferences: &'a str => Text,
        owner_id: Uuid => SqlUuid,
    } -> Sql<SettingsRow>,
    sql!(
        "update user_settings s set updated_at = $1,
            use_profile = case when $2 then $3 else s.use_profile end,
            style = case when $4 then $5 else s.style end,
            nickname = case when $6 then $7 else s.nickname end,
            occupation = case when $8 then $9 else s.occupation end,
            about = case when $10 then $11 else s.about end,
            instructions = case when $12 then $13 else s.instructions end,
            preferences = case when $14 then $15 else s.preferences end
        where s.owner_id = $16
            and not exists (select from removed_owners where owner_id = $16)
        returning ", names!(SettingsRow, "s.")
    )
);

pub(super) async fn update(
    connection: &mut AsyncPgConnection,
    update: &Update<'_>,
) -> QueryResult<Option<SettingsRow>> {
    let make = Make {
        owner_id: update.owner_id,
        now: update.now,
    };
    let change = Change {
        now: update.now,
        sets_use_profile: update.sets_use_profile,
        use_profile: update.use_profile,
        sets_style: update.sets_style,
        style: update.style,
        sets_nickname: update.sets_nickname,
        nickname: update.nickname,
        sets_occupation: update.sets_occupation,
        occupation: update.occupation,
        sets_about: update.sets_about,
        about: update.about,
        sets_instructions: update.sets_instructions,
        instructions: update.instructions,
        sets_preferences: update.sets_preferences,
        preferences: update.preferences,
        owner_id: update.owner_id,
    };
    let work = async |connection: &mut AsyncPgConnection| {
        make.write(connection).await?;
        change.fetch_optional(connection).await
    };
    connection.transaction(work).await
}
