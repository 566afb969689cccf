use super::preferences::PreferencesBody;
use super::{SettingsBody, StyleBody};
use crate::error::ApiError;
use crate::extract::{Authenticated, Body, Object, WireBody, present};
use crate::tags::{IfMatch, tagged};
use actix_web::{HttpResponse, web};
use domain::conversations::Change;
use domain::error::Error;
use domain::settings::{
    About, Answers, Preferences, PreferencesChange, ProfileChanges, SettingsChanges,
    SettingsService, ShortText, Style,
};
use endpoint::patch;
use serde::Deserialize;
use serde::de::{Deserializer, IntoDeserializer as _};
use utoipa::ToSchema;

/// The changes. An absent field keeps its value, null clears it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateUserSettingsRequest)]
pub(crate) struct UpdateSettingsBody {
    /// Your profile for models. Null clears all of it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<UpdateProfileBody>)]
    profile: Option<Option<Object<UpdateProfileBody>>>,
    /// An object of your client's own, at most 64 KiB without blanks. Replaces all that was there;
    /// null clears it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<std::collections::HashMap<String, serde_json::Value>>,
        example = json!({ "theme": "dark" }))]
    preferences: Option<Option<PreferencesBody>>,
    /// Whether models get the profile. Null: they do, if the profile is not empty.
    #[serde(default, deserialize_with = "present")]
    #[schema(example = true)]
    use_profile: Option<Option<bool>>,
}

/// Changes of the profile. An absent field keeps its value, null clears it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfileChanges)]
pub(crate) struct UpdateProfileBody {
    /// How you want to be called: up to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(max_length = 100, example = "Ada")]
    nickname: Option<Option<String>>,
    /// Up to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(max_length = 100, example = "Engineer")]
    occupation: Option<Option<String>>,
    /// Facts about you for the models: up to 8,000 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(max_length = 8_000, example = "I build bridges.")]
    about: Option<Option<String>>,
    /// How you want to be answered: up to 8,000 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(max_length = 8_000, example = "Give numbers with their units.")]
    instructions: Option<Option<String>>,
    /// The tone of answers.
    #[serde(default, deserialize_with = "word_or_null")]
    #[schema(inline, value_type = Option<StyleBody>, example = "concise")]
    style: Option<Option<StyleBody>>,
}

/// Reads a present word, or null.
fn word_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<StyleBody>>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    let style = word.map(|word| StyleBody::deserialize(word.into_deserializer()));
    style.transpose().map(Some)
}

impl WireBody for UpdateSettingsBody {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl TryFrom<UpdateProfileBody> for ProfileChanges {
    type Error = Error;

    fn try_from(body: UpdateProfileBody) -> Result<Self, Error> {
        let short = |field: &'static str| {
            move |text: Option<String>| text.map(|text| ShortText::parse(field, &text)).transpose()
        };
        let about =
            |text: Option<String>| text.map(|text| About::parse("about", &text)).transpose();
        let read = |text: Option<String>| {
            text.map(|text| Answers::parse("instructions", &text))
                .transpose()
        };
        Ok(Self {
            nickname: Change::of(body.nickname, short("nickname"))?,
            occupation: Change::of(body.occupation, short("occupation"))?,
            about: Change::of(body.about, about)?,
            instructions: Change::of(body.instructions, read)?,
            style: Change::of(body.style, |style| Ok(style.map(Style::from)))?,
        })
    }
}

impl TryFrom<UpdateSettingsBody> for SettingsChanges {
    type Error = ApiError;

    fn try_from(body: UpdateSettingsBody) -> Result<Self, ApiError> {
        Ok(Self {
            profile: match body.profile {
                None => ProfileChanges::default(),
                Some(None) => ProfileChanges::clear(),
                Some(Some(Object(profile))) => {
                    ProfileChanges::try_from(profile).map_err(|error| error.within("profile"))?
                }
            },
            preferences: match body.preferences {
                None => PreferencesChange::Keep,
                Some(None) => PreferencesChange::Set(Preferences::default()),
                Some(Some(new)) => PreferencesChange::Set(new.try_into()?),
            },
            use_profile: Change::of(body.use_profile, Ok)?,
        })
    }
}

/// Update your settings
///
/// Changes your profile for models, and your client's own settings.
#[utoipa::path(
    tag = "settings",
    request_body(content = Option<UpdateSettingsBody>, examples(
        ("profile" = (summary = "Who you are", value = json!({
            "profile": { "nickname": "Ada", "style": "concise" },
        }))),
        ("without_profile" = (summary = "Without the profile", value = json!({ "use_profile": false }))),
    )),
    responses((status = 200, description = "The settings as they are now.", body = SettingsBody)),
    extensions(("x-error-codes" = json!(["quota_exceeded"]))),
    security(("bearer" = [])),
)]
#[patch("/users/me/settings")]
pub(crate) async fn update_settings(
    Authenticated(actor): Authenticated,
    settings: web::Data<SettingsService>,
    IfMatch(expected): IfMatch,
    Body(body, _): Body<UpdateSettingsBody>,
) -> Result<HttpResponse, ApiError> {
    let updated = settings
        .update(actor.owner_id, body.try_into()?, &expected)
        .await?;
    let tag = updated.tag();
    let answer = HttpResponse::Ok().json(SettingsBody::try_from(updated)?);
    Ok(tagged(answer, &tag))
}
