use crate::postgres::error::inconsistent;
use crate::postgres::row::{Sql, names, row, sql};
use crate::postgres::statement::statement;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::conversations::Change;
use domain::error::{Error, Result};
use domain::settings::{
    About, Answers, Preferences, PreferencesChange, Profile, Settings, SettingsChanges, ShortText,
    Style,
};
use uuid::Uuid;

row!(
    SettingsRow of user_settings {
        use_profile: Option<bool>,
        style: Option<i16>,
        nickname: Option<String>,
        occupation: Option<String>,
        about: Option<String>,
        instructions: Option<String>,
        preferences: String,
    }
);

statement!(
    Find { owner_id: Uuid => SqlUuid } -> Sql<SettingsRow>,
    sql!("select ", names!(SettingsRow, ""), " from user_settings where owner_id = $1")
);

statement!(
    /// Changes the given fields, unless the owner has been removed. Each is set where its flag says
    /// so.
    Update<'a> {
        owner_id: Uuid => SqlUuid,
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
        preferences: &'a str => Text,
        sets_preferences: bool => Bool,
    } -> Sql<SettingsRow>,
    sql!(
        "insert into user_settings as s (owner_id, updated_at, use_profile, style, nickname,
            occupation, about, instructions, preferences)
        select $1::uuid, $2::timestamptz, case when $3::bool then $4::bool end,
            case when $5::bool then $6::smallint end, case when $7::bool then $8::text end,
            case when $9::bool then $10::text end, case when $11::bool then $12::text end,
            case when $13::bool then $14::text end, $15::text
        where not exists (select from removed_owners where owner_id = $1)
        on conflict (owner_id) do update set
            updated_at = $2,
            use_profile = case when $3 then $4 else s.use_profile end,
            style = case when $5 then $6 else s.style end,
            nickname = case when $7 then $8 else s.nickname end,
            occupation = case when $9 then $10 else s.occupation end,
            about = case when $11 then $12 else s.about end,
            instructions = case when $13 then $14 else s.instructions end,
            preferences = case when $16 then $15 else s.preferences end
        returning ", names!(SettingsRow, "")
    )
);

statement!(
    SetPreferences<'a> { preferences: &'a str => Text, owner_id: Uuid => SqlUuid } -> (),
    "update user_settings set preferences = $1 where owner_id = $2"
);

impl<'a> Update<'a> {
    pub(super) fn new(owner_id: Uuid, changes: &'a SettingsChanges, now: DateTime<Utc>) -> Self {
        let profile = &changes.profile;
        let (sets_use_profile, use_profile) = set(&changes.use_profile, |used| *used);
        let (sets_style, style) = set(&profile.style, |style| style.map(stored_style));
        let (sets_nickname, nickname) = set(&profile.nickname, |text| {
            text.as_ref().map(ShortText::as_str)
        });
        let (sets_occupation, occupation) = set(&profile.occupation, |text| {
            text.as_ref().map(ShortText::as_str)
        });
        let (sets_about, about) = set(&profile.about, |text| text.as_ref().map(About::as_str));
        let (sets_instructions, instructions) = set(&profile.instructions, |text| {
            text.as_ref().map(Answers::as_str)
        });
        let (sets_preferences, preferences) = match &changes.preferences {
            PreferencesChange::Keep | PreferencesChange::Merge(_) => (false, Preferences::NONE),
            PreferencesChange::Set(new) => (true, new.as_str()),
        };
        Self {
            owner_id,
            now,
            sets_use_profile,
            use_profile,
            sets_style,
            style,
            sets_nickname,
            nickname,
            sets_occupation,
            occupation,
            sets_about,
            about,
            sets_instructions,
            instructions,
            preferences,
            sets_preferences,
        }
    }
}

/// Whether a field changes, and its new value.
fn set<'a, T, R>(change: &'a Change<T>, of: impl FnOnce(&'a T) -> Option<R>) -> (bool, Option<R>) {
    match change {
        Change::Keep => (false, None),
        Change::Set(value) => (true, of(value)),
    }
}

impl TryFrom<SettingsRow> for Settings {
    type Error = Error;

    fn try_from(row: SettingsRow) -> Result<Self> {
        let short = |text: Option<String>| -> Result<Option<ShortText>> {
            let text = text.map(|text| ShortText::parse("profile", &text));
            text.transpose().map_err(inconsistent)
        };
        let about = row.about.map(|text| About::parse("about", &text));
        let instructions = row.instructions;
        let instructions = instructions.map(|text| Answers::parse("instructions", &text));
        Ok(Self {
            profile: Profile {
                nickname: short(row.nickname)?,
                occupation: short(row.occupation)?,
                about: about.transpose().map_err(inconsistent)?,
                instructions: instructions.transpose().map_err(inconsistent)?,
                style: row.style.map(style).transpose()?,
            },
            preferences: Preferences::stored(row.preferences),
            use_profile: row.use_profile,
        })
    }
}

fn stored_style(style: Style) -> i16 {
    match style {
        Style::Concise => 0,
        Style::Friendly => 1,
        Style::Professional => 2,
    }
}

fn style(stored: i16) -> Result<Style> {
    match stored {
        0 => Ok(Style::Concise),
        1 => Ok(Style::Friendly),
        2 => Ok(Style::Professional),
        _ => Err(Error::Internal("a style is unknown".into())),
    }
}
