use domain::admission::Caller;
use domain::error::ProviderFailure;
use domain::error::Result;
use domain::replies::{ChatRequest, ChatStream, Model, ModelProvider};

/// The absence of a provider: every use of a model fails and names the missing setting.
pub struct NoProvider;

const NOT_CONFIGURED: ProviderFailure = ProviderFailure::NotConfigured {
    variable: "LLM_BASE_URL",
};

#[async_trait::async_trait]
impl ModelProvider for NoProvider {
    async fn chat(&self, _: Caller, _: ChatRequest) -> Result<Box<dyn ChatStream>> {
        Err(NOT_CONFIGURED.into())
    }

    async fn models(&self) -> Result<Vec<Model>> {
        Err(NOT_CONFIGURED.into())
    }
}
