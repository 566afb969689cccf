//! The wire types of a user's settings.

pub(crate) mod get;
pub(crate) mod preferences;
pub(crate) mod update;

use domain::settings::{About, Answers, Settings, ShortText, Style};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Your settings.
#[derive(Serialize, ToSchema)]
#[schema(as = UserSettings)]
pub(crate) struct SettingsBody {
    #[schema(inline)]
    object: SettingsObject,
    profile: ProfileBody,
    /// Your client's own settings, as it sent them, without blanks: names keep their order, and
    /// numbers their digits.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>,
        example = json!({ "theme": "dark" }))]
    preferences: Box<RawValue>,
    /// Whether models get the profile, in the system message of each conversation.
    #[schema(example = true)]
    use_profile: bool,
}

/// The type of the object.
#[derive(Clone, Copy, Serialize, ToSchema)]
enum SettingsObject {
    #[serde(rename = "user.settings")]
    Settings,
}

/// Your profile for models. Links never show it.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
struct ProfileBody {
    /// How you want to be called.
    #[schema(required, example = "Ada")]
    nickname: Option<String>,
    /// Your occupation.
    #[schema(required, example = "Engineer")]
    occupation: Option<String>,
    /// Facts about you for the models.
    #[schema(required, example = "I build bridges.")]
    about: Option<String>,
    /// How you want to be answered.
    #[schema(required, example = "Give numbers with their units.")]
    instructions: Option<String>,
    /// The tone of answers.
    #[schema(required, inline, example = "concise")]
    style: Option<StyleBody>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StyleBody {
    Concise,
    Friendly,
    Professional,
}

impl TryFrom<Settings> for SettingsBody {
    type Error = crate::error::ApiError;

    fn try_from(settings: Settings) -> Result<Self, Self::Error> {
        let use_profile = settings.uses_profile();
        let Settings {
            profile,
            preferences,
            ..
        } = settings;
        let preferences = RawValue::from_string(preferences.into_string());
        Ok(Self {
            object: SettingsObject::Settings,
            profile: ProfileBody {
                nickname: profile.nickname.map(ShortText::into_string),
                occupation: profile.occupation.map(ShortText::into_string),
                about: profile.about.map(About::into_string),
                instructions: profile.instructions.map(Answers::into_string),
                style: profile.style.map(StyleBody::from),
            },
            preferences: preferences.map_err(crate::stream::internal)?,
            use_profile,
        })
    }
}

impl From<Style> for StyleBody {
    fn from(style: Style) -> Self {
        match style {
            Style::Concise => Self::Concise,
            Style::Friendly => Self::Friendly,
            Style::Professional => Self::Professional,
        }
    }
}

impl From<StyleBody> for Style {
    fn from(style: StyleBody) -> Self {
        match style {
            StyleBody::Concise => Self::Concise,
            StyleBody::Friendly => Self::Friendly,
            StyleBody::Professional => Self::Professional,
        }
    }
}
