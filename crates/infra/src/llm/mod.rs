//! The model provider: any server with OpenAI's API.

mod answer;
mod beside;
mod bytes;
mod client;
mod events;
mod exchange;
mod failure;
mod kind;
mod messages;
mod none;
mod packed;
mod probe;
mod reply;
mod request;
mod settings;
mod wire;

pub use client::{CertificatesUnusable, OpenAiCompatible};
pub use none::NoProvider;
pub use probe::probe;
pub use settings::{BaseUrl, ProviderKey, ProviderSettings};
