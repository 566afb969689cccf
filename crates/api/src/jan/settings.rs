//! Settings in Jan's shape: the profile and the preferences of `/v1/users/me/settings`. Settings that
//! this service does not use (memory, tracing) are shown as switched off, and cannot be changed.

use crate::error::ApiError;
use crate::extract::{Authenticated, Body, WireBody};
use crate::settings::preferences::PreferencesBody;
use actix_web::{HttpResponse, web};
use domain::conversations::Change;
use domain::error::{Error, Result};
use domain::id::OwnerId;
use domain::settings::{
    About, Answers, Preferences, PreferencesChange, ProfileChanges, Settings, SettingsChanges,
    SettingsService, ShortText, Style,
};
use domain::state::Expected;
use endpoint::{get, patch};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use utoipa::ToSchema;

/// The settings of a user.
#[derive(Serialize, ToSchema)]
#[schema(as = JanSettings)]
struct SettingsBody {
    id: String,
    user_id: String,
    profile_settings: ProfileBody,
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    preferences: Box<RawValue>,
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    memory_config: Value,
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    advanced_settings: Value,
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    server_capabilities: Value,
    enable_trace: bool,
    enable_tools: bool,
}

/// The profile; fields that were never set are empty.
#[derive(Serialize, ToSchema)]
#[schema(as = JanProfile)]
struct ProfileBody {
    #[schema(example = "Concise")]
    base_style: &'static str,
    custom_instructions: String,
    nick_name: String,
    occupation: String,
    more_about_you: String,
}

impl SettingsBody {
    fn new(owner: OwnerId, settings: Settings) -> std::result::Result<Self, ApiError> {
        let profile = settings.profile;
        let preferences = RawValue::from_string(settings.preferences.into_string());
        let short = |text: Option<ShortText>| text.map(ShortText::into_string);
        Ok(Self {
            id: owner.to_string(),
            user_id: owner.to_string(),
            profile_settings: ProfileBody {
                base_style: match profile.style {
                    None => "",
                    Some(Style::Concise) => "Concise",
                    Some(Style::Friendly) => "Friendly",
                    Some(Style::Professional) => "Professional",
                },
                custom_instructions: profile
                    .instructions
                    .map(Answers::into_string)
                    .unwrap_or_default(),
                nick_name: short(profile.nickname).unwrap_or_default(),
                occupation: short(profile.occupation).unwrap_or_default(),
                more_about_you: profile.about.map(About::into_string).unwrap_or_default(),
            },
            preferences: preferences.map_err(crate::stream::internal)?,
            memory_config: json!({
                "enabled": false, "observe_enabled": false, "inject_user_core": false,
                "inject_semantic": false, "inject_episodic": false, "max_user_items": 0,
                "max_project_items": 0, "max_episodic_items": 0, "min_similarity": 0,
            }),
            advanced_settings: json!({ "web_search": false, "code_enabled": false }),
            server_capabilities: json!({ "image_generation_enabled": false }),
            enable_trace: false,
            enable_tools: false,
        })
    }
}

/// The changes. An absent field, or null, keeps its value; an empty text clears it.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanUpdateSettings)]
pub(crate) struct UpdateSettingsBody {
    profile_settings: Option<UpdateProfileBody>,
    /// Replaces these fields, and keeps the others.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    preferences: Option<PreferencesBody>,
}

#[derive(Default, Deserialize, ToSchema)]
#[schema(as = JanUpdateProfile)]
struct UpdateProfileBody {
    /// Concise, Friendly or Professional.
    #[schema(example = "Concise")]
    base_style: Option<String>,
    custom_instructions: Option<String>,
    nick_name: Option<String>,
    occupation: Option<String>,
    more_about_you: Option<String>,
}

impl WireBody for UpdateSettingsBody {
    const MAY_TRAIL: bool = true;

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

fn style(raw: &str) -> Result<Option<Style>> {
    match raw.trim().to_lowercase().as_str() {
        "" => Ok(None),
        "concise" => Ok(Some(Style::Concise)),
        "friendly" => Ok(Some(Style::Friendly)),
        "professional" => Ok(Some(Style::Professional)),
        _ => Err(Error::invalid(
            "profile_settings.base_style",
            "base_style must be Concise, Friendly or Professional.",
        )),
    }
}

/// A text; an empty one clears the field.
fn text<T>(
    given: Option<String>,
    parse: impl FnOnce(&str) -> Result<T>,
) -> Result<Change<Option<T>>> {
    Change::of(given, |text| match text.is_empty() {
        true => Ok(None),
        false => parse(&text).map(Some),
    })
}

impl TryFrom<UpdateProfileBody> for ProfileChanges {
    type Error = Error;

    fn try_from(body: UpdateProfileBody) -> Result<Self> {
        let at = |name: &str| format!("profile_settings.{name}");
        let short = |name: &'static str| move |raw: &str| ShortText::parse(&at(name), raw);
        Ok(Self {
            nickname: text(body.nick_name, short("nick_name"))?,
            occupation: text(body.occupation, short("occupation"))?,
            about: text(body.more_about_you, |raw| {
                About::parse(&at("more_about_you"), raw)
            })?,
            instructions: text(body.custom_instructions, |raw| {
                Answers::parse(&at("custom_instructions"), raw)
            })?,
            style: Change::of(body.base_style, |raw| style(&raw))?,
        })
    }
}

async fn shown(
    settings: &SettingsService,
    owner: OwnerId,
) -> std::result::Result<HttpResponse, ApiError> {
    let found = settings.get(owner).await?;
    Ok(HttpResponse::Ok().json(SettingsBody::new(owner, found)?))
}

async fn updated(
    settings: &SettingsService,
    owner: OwnerId,
    body: UpdateSettingsBody,
) -> std::result::Result<HttpResponse, ApiError> {
    let preferences = body.preferences.map(Preferences::try_from).transpose()?;
    let changes = SettingsChanges {
        profile: body.profile_settings.unwrap_or_default().try_into()?,
        preferences: preferences.map_or(PreferencesChange::Keep, PreferencesChange::Merge),
        use_profile: Change::Keep,
    };
    let updated = settings.update(owner, changes, &Expected::Any).await?;
    Ok(HttpResponse::Ok().json(SettingsBody::new(owner, updated)?))
}

/// Get your settings
#[utoipa::path(
    tag = "users",
    responses((status = 200, description = "Your settings.", body = SettingsBody)),
    security(("bearer" = [])),
)]
#[get("/users/me/settings")]
pub(crate) async fn get_settings(
    Authenticated(actor): Authenticated,
    settings: web::Data<SettingsService>,
) -> std::result::Result<HttpResponse, ApiError> {
    shown(&settings, actor.owner_id).await
}

/// Update your settings
#[utoipa::path(
    tag = "users",
    request_body = Option<UpdateSettingsBody>,
    responses((status = 200, description = "Your settings.", body = SettingsBody)),
    security(("bearer" = [])),
)]
#[patch("/users/me/settings")]
pub(crate) async fn update_settings(
    Authenticated(actor): Authenticated,
    settings: web::Data<SettingsService>,
    Body(body, _): Body<UpdateSettingsBody>,
) -> std::result::Result<HttpResponse, ApiError> {
    updated(&settings, actor.owner_id, body).await
}

/// Get your preferences
///
/// The same as your settings.
#[utoipa::path(
    tag = "users",
    responses((status = 200, description = "Your settings.", body = SettingsBody)),
    security(("bearer" = [])),
)]
#[get("/users/me/settings/preferences")]
pub(crate) async fn get_preferences(
    Authenticated(actor): Authenticated,
    settings: web::Data<SettingsService>,
) -> std::result::Result<HttpResponse, ApiError> {
    shown(&settings, actor.owner_id).await
}

/// Update your preferences
#[utoipa::path(
    tag = "users",
    request_body = Option<UpdateSettingsBody>,
    responses((status = 200, description = "Your settings.", body = SettingsBody)),
    security(("bearer" = [])),
)]
#[patch("/users/me/settings/preferences")]
pub(crate) async fn update_preferences(
    Authenticated(actor): Authenticated,
    settings: web::Data<SettingsService>,
    Body(body, _): Body<UpdateSettingsBody>,
) -> std::result::Result<HttpResponse, ApiError> {
    updated(&settings, actor.owner_id, body).await
}
