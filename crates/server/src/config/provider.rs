//! The model provider: its settings, and the objects that follow from them.

use super::{ConfigError, bad, given, parsed};
use crate::cli::GivenSettings;
use crate::traces;
use domain::admission::Budget;
use domain::replies::ModelProvider;
use infra::llm::{
    BaseUrl, CertificatesUnusable, NoProvider, OpenAiCompatible, ProviderKey, ProviderSettings,
};
use infra::postgres::NewTitles;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

/// The model provider for replies.
#[derive(Clone, Debug)]
pub struct Provider {
    /// `None`: no provider is configured.
    settings: Option<ProviderSettings>,
    pub context_tokens: usize,
    /// Whether the provider writes titles.
    titles: bool,
    /// How long the provider may be silent.
    pub patience: Duration,
}

impl Provider {
    /// # Errors
    /// The first setting that cannot be used, also if there is no provider.
    pub fn read(settings: &GivenSettings) -> Result<Self, ConfigError> {
        let base_url = given(&settings.llm_base_url)
            .map(|url| {
                let problem = "must be an address such as http://localhost:11434/v1, without a key";
                BaseUrl::parse(url).ok_or_else(|| bad("LLM_BASE_URL", problem))
            })
            .transpose()?;
        let api_key = given(&settings.llm_api_key)
            .map(|key| {
                let problem = "must consist of visible ASCII characters";
                ProviderKey::parse(key).ok_or_else(|| bad("LLM_API_KEY", problem))
            })
            .transpose()?;
        let model = given(&settings.llm_model).map(str::to_owned);
        let is_name = |model: &str| model.chars().count() <= 256 && !model.contains('\0');
        if model.as_deref().is_some_and(|model| !is_name(model)) {
            return Err(bad("LLM_MODEL", "must have at most 256 characters"));
        }
        let strict_roles = parsed(
            "LLM_STRICT_ROLES",
            &settings.llm_strict_roles,
            "must be true or false",
        )?;
        let seconds = number(
            "LLM_TIMEOUT_SECONDS",
            &settings.llm_timeout_seconds,
            1..=3_600,
            120,
        )?;
        let patience = Duration::from_secs(seconds as u64);
        let concurrency = number(
            "LLM_MAX_CONCURRENCY",
            &settings.llm_max_concurrency,
            1..=10_000,
            32,
        )?;
        let owner_concurrency = number(
            "LLM_OWNER_CONCURRENCY",
            &settings.llm_owner_concurrency,
            1..=10_000,
            (concurrency / 4).max(1),
        )?;
        let context_tokens = number(
            "LLM_CONTEXT_TOKENS",
            &settings.llm_context_tokens,
            256..=2_000_000,
            8_192,
        )?;
        Ok(Self {
            settings: base_url.map(|base_url| ProviderSettings {
                base_url,
                api_key,
                model,
                strict_roles: strict_roles.unwrap_or(false),
                silence: patience,
                concurrency,
                owner_concurrency,
            }),
            context_tokens,
            titles: parsed("LLM_TITLES", &settings.llm_titles, "must be true or false")?
                .unwrap_or(true),
            patience,
        })
    }

    /// Whether titles from first messages are replaced later.
    #[must_use]
    pub fn new_titles(&self) -> NewTitles {
        match self.settings {
            Some(_) if self.titles => NewTitles::Queued,
            Some(_) | None => NewTitles::Kept,
        }
    }

    /// How many titles are asked for at the same time: as many as one owner may ask for, but at
    /// most a few.
    #[must_use]
    pub fn parallel_titles(&self) -> usize {
        const MOST: usize = 4;
        let settings = self.settings.as_ref();
        settings.map_or(0, |settings| {
            let share = settings.owner_concurrency.min(settings.concurrency);
            share.min(MOST)
        })
    }

    /// The problem with the settings, by the provider's answers.
    pub async fn probe(self) -> Option<String> {
        infra::llm::probe(&self.settings?).await
    }

    /// The provider itself, and the limit of its running requests. Must be called on the runtime that keeps its connections.
    ///
    /// # Errors
    /// The provider uses TLS, and this system's certificates cannot be read.
    pub fn connect(
        &self,
    ) -> Result<(Arc<dyn ModelProvider>, Option<Budget>), CertificatesUnusable> {
        match &self.settings {
            None => Ok((Arc::new(NoProvider), None)),
            Some(settings) => {
                let provider = OpenAiCompatible::new(settings.clone(), traces::carry)?;
                let budget = provider.budget();
                Ok((Arc::new(provider), Some(budget)))
            }
        }
    }
}

fn number(
    variable: &'static str,
    setting: &Option<String>,
    range: RangeInclusive<usize>,
    otherwise: usize,
) -> Result<usize, ConfigError> {
    let problem = format!("must be a number, {} to {}", range.start(), range.end());
    let number = parsed(variable, setting, &problem)?.unwrap_or(otherwise);
    match range.contains(&number) {
        true => Ok(number),
        false => Err(bad(variable, problem)),
    }
}
