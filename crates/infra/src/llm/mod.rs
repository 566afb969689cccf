//! The model provider: any server that speaks OpenAI's API.

mod answer;
mod bytes;
mod client;
mod failure;
mod none;
mod request;
mod settings;
mod wire;

pub use client::{CertificatesUnusable, OpenAiCompatible};
pub use none::NoProvider;
pub use settings::{ApiKey, BaseUrl, ProviderSettings};
