use crate::secret::SecretError;
use cluster::EmbeddedError;
use infra::llm::CertificatesUnusable;
use infra::postgres::pooler::Forgetful;
use infra::postgres::{ConnectError, MigrateError};
use infra::security::{IssuerProblem, SecretTooShort};

/// Why the service does not start, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(
        "HTTP_PORT {0} is taken by another program, perhaps by this service: a second one needs another HTTP_PORT and DATA_DIR."
    )]
    PortTaken(u16),
    #[error("METRICS_PORT {0} is taken by another program, perhaps by another instance.")]
    MetricsPortTaken(u16),
    #[error("METRICS_HOST and METRICS_PORT cannot be listened on: {0}.")]
    ListenForMetrics(std::io::Error),
    #[error("HTTP_HOST and HTTP_PORT cannot be listened on: {0}.")]
    Listen(std::io::Error),
    #[error("DATABASE_URL cannot be used: {0}.")]
    Address(#[from] ConnectError),
    #[error("DATABASE_URL cannot be used: {0}.")]
    Pooler(#[from] Forgetful),
    #[error("DATABASE_READ_URL cannot be used: {0}.")]
    ReadAddress(ConnectError),
    #[error("DATABASE_READ_URL cannot be used: {0}.")]
    ReadPooler(Forgetful),
    #[error("{0}")]
    Embedded(#[from] EmbeddedError),
    #[error("Only a database of DATABASE_URL can be divided by Citus, and not the embedded one.")]
    CitusEmbedded,
    #[error("The database could not be brought to the schema of this version: {0}.")]
    Migrate(#[from] MigrateError),
    #[error("{0}")]
    Kept(#[from] SecretError),
    #[error("JWT_SECRET cannot be used: {0}.")]
    Secret(#[from] SecretTooShort),
    #[error("The certificates that this system trusts cannot be used for OIDC_ISSUER: {0}.")]
    Issuer(#[from] IssuerProblem),
    #[error("SSL_CERT_FILE cannot be used: {0}.")]
    CertificateFile(std::io::Error),
    #[error("The certificates that this system trusts cannot be used for LLM_BASE_URL: {0}.")]
    Provider(#[from] CertificatesUnusable),
    #[error("{0}")]
    Domain(#[from] domain::error::Error),
    #[error("{0}")]
    System(#[from] std::io::Error),
}
