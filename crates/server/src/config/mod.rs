//! Reads the settings: a wrong value stops the start with one sentence that names the variable.

mod browsers;
mod gateway;
mod issuers;
mod limits;
mod metrics;
mod provider;
mod size;
mod storage;
mod usage;

pub use api::browsers::AllowedOrigins;
pub use gateway::GatewaySettings;
pub use issuers::AcceptedIssuers;
pub use provider::Provider;
pub use storage::StorageLocation;

use crate::cli::GivenSettings;
use api::browsers::{AllowedHosts, Host};
use api::client_address::TrustedProxies;
use api::shares::public::ContinueUrl;
use chrono::TimeDelta;
use domain::limits::Rates;
use domain::upkeep::Retention;
use domain::usage::Allowances;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{variable} {problem}.")]
pub struct ConfigError {
    pub variable: &'static str,
    pub problem: String,
}

/// The whole configuration of the service.
#[derive(Debug)]
pub struct Config {
    pub host: IpAddr,
    pub port: u16,
    pub public_url: Option<String>,
    pub continue_url: Option<ContinueUrl>,
    pub storage: StorageLocation,
    pub pool_size: usize,
    /// The previous secret that signed access tokens.
    pub previous_secret: Option<PreviousSecret>,
    pub guest_login: bool,
    pub registration: bool,
    pub retention: Retention,
    pub limits: Rates,
    pub allowances: Allowances,
    /// The memory for bodies and answers, in bytes.
    pub memory: u64,
    /// Connections of one address; `None`: half of the open files.
    pub address_connections: Option<u64>,
    pub cors: AllowedOrigins,
    /// The accepted hosts in addition to this machine's names and that of `public_url`.
    pub allowed_hosts: Option<Vec<Host>>,
    pub proxies: TrustedProxies,
    /// The external issuers whose tokens are accepted.
    pub issuers: AcceptedIssuers,
    pub gateway: Option<GatewaySettings>,
    pub provider: Provider,
    /// How long running requests may take after the signal to stop.
    pub finishing: Duration,
    /// The address at which metrics are served; `None`: they are not.
    pub metrics: Option<SocketAddr>,
    pub log: LogSettings,
}

/// A secret that is not shown.
pub struct PreviousSecret(pub String);

impl std::fmt::Debug for PreviousSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PreviousSecret")
    }
}

/// The level and the format of the log.
#[derive(Clone, Debug)]
pub struct LogSettings {
    pub level: String,
    pub json: bool,
}

impl Config {
    /// # Errors
    /// The first setting that cannot be used.
    pub fn read(settings: &GivenSettings) -> Result<Self, ConfigError> {
        let storage = StorageLocation::read(settings)?;
        let embedded = matches!(storage, StorageLocation::Embedded(_));
        let public_url = browsers::public_url(&settings.public_url)?;
        let proxies = browsers::proxies(&settings.trusted_proxies)?;
        let port = parsed(
            "HTTP_PORT",
            &settings.http_port,
            "must be a port, 0 to 65535",
        )?;
        let port = port.unwrap_or(8000);
        Ok(Self {
            host: parsed(
                "HTTP_HOST",
                &settings.http_host,
                "must be an IP address such as 0.0.0.0",
            )?
            .unwrap_or(Ipv4Addr::LOCALHOST.into()),
            port,
            pool_size: pool_size(&settings.database_pool_size)?,
            previous_secret: storage::secret("JWT_SECRET_PREVIOUS", &settings.jwt_secret_previous)?
                .map(PreviousSecret),
            guest_login: parsed(
                "GUEST_LOGIN",
                &settings.guest_login,
                "must be true or false",
            )?
            .unwrap_or(embedded),
            registration: parsed(
                "REGISTRATION",
                &settings.registration,
                "must be true or false",
            )?
            .unwrap_or(embedded),
            retention: retention(settings)?,
            limits: limits::limits(settings)?,
            allowances: usage::allowances(settings, embedded)?,
            memory: limits::memory(settings)?,
            address_connections: limits::address_connections(settings)?,
            cors: browsers::cors(
                &settings.cors_allowed_origins,
                embedded,
                public_url.as_deref(),
            )?,
            allowed_hosts: browsers::allowed_hosts(&settings.allowed_hosts)?,
            public_url,
            continue_url: browsers::continue_url(&settings.share_continue_url)?,
            gateway: GatewaySettings::read(settings, &proxies)?,
            proxies,
            issuers: AcceptedIssuers::read(settings)?,
            provider: Provider::read(settings)?,
            finishing: finishing(&settings.shutdown_timeout_seconds)?,
            metrics: metrics::address(settings, port)?,
            log: log(settings)?,
            storage,
        })
    }
}

impl Config {
    /// The accepted hosts of a service that listens on `address`.
    #[must_use]
    pub fn hosts(&self, address: IpAddr) -> AllowedHosts {
        let public = self.public_url.as_deref().and_then(browsers::host);
        AllowedHosts::listening_on(address, public, self.allowed_hosts.clone())
    }
}

/// A setting's value, without the white space around it; absent when empty.
fn given(setting: &Option<String>) -> Option<&str> {
    setting
        .as_deref()
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

fn parsed<T: FromStr>(
    variable: &'static str,
    setting: &Option<String>,
    problem: &str,
) -> Result<Option<T>, ConfigError> {
    given(setting)
        .map(|value| value.parse().map_err(|_| bad(variable, problem)))
        .transpose()
}

fn bad(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError {
        variable,
        problem: problem.into(),
    }
}

fn pool_size(setting: &Option<String>) -> Result<usize, ConfigError> {
    const PROBLEM: &str = "must be a number of connections, 1 to 1000";
    let size = parsed("DATABASE_POOL_SIZE", setting, PROBLEM)?.unwrap_or(16);
    if !(1..=1000).contains(&size) {
        return Err(bad("DATABASE_POOL_SIZE", PROBLEM));
    }
    Ok(size)
}

fn finishing(setting: &Option<String>) -> Result<Duration, ConfigError> {
    const PROBLEM: &str = "must be a number of seconds, 1 to 3600";
    let seconds = parsed("SHUTDOWN_TIMEOUT_SECONDS", setting, PROBLEM)?.unwrap_or(25);
    if !(1..=3_600).contains(&seconds) {
        return Err(bad("SHUTDOWN_TIMEOUT_SECONDS", PROBLEM));
    }
    Ok(Duration::from_secs(seconds))
}

fn retention(settings: &GivenSettings) -> Result<Retention, ConfigError> {
    Ok(Retention {
        guests: days("GUEST_RETENTION_DAYS", &settings.guest_retention_days)?,
        responses: days("RESPONSE_RETENTION_DAYS", &settings.response_retention_days)?,
    })
}

fn days(
    variable: &'static str,
    setting: &Option<String>,
) -> Result<Option<TimeDelta>, ConfigError> {
    const PROBLEM: &str = "must be a number of days, 1 to 36500";
    let days: Option<i64> = parsed(variable, setting, PROBLEM)?;
    match days {
        Some(days) if !(1..=36_500).contains(&days) => Err(bad(variable, PROBLEM)),
        days => Ok(days.map(TimeDelta::days)),
    }
}

fn log(settings: &GivenSettings) -> Result<LogSettings, ConfigError> {
    let json = match given(&settings.log_format).unwrap_or("text") {
        "text" => false,
        "json" => true,
        _ => return Err(bad("LOG_FORMAT", "must be text or json")),
    };
    Ok(LogSettings {
        level: given(&settings.log_level)
            .unwrap_or("info,actix_http=off")
            .to_owned(),
        json,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra::postgres::NewTitles;

    fn refused(settings: GivenSettings) -> String {
        Config::read(&settings).unwrap_err().to_string()
    }

    fn some(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    #[test]
    fn no_setting_is_required() {
        let config = Config::read(&GivenSettings::default()).unwrap();
        assert_eq!(
            (config.host.to_string().as_str(), config.port),
            ("127.0.0.1", 8000)
        );
        assert_eq!(config.limits, Rates::USUAL);
        assert!(config.guest_login && config.registration);
        assert_eq!(config.retention.guests, None);
        assert_eq!(config.retention.responses, None);
        assert_eq!(config.cors, AllowedOrigins::ThisMachine(Vec::new()));
        assert_eq!(
            (config.memory, config.address_connections),
            (192 << 20, None)
        );
    }

    #[test]
    fn titles_by_the_model_can_be_switched_off() {
        for (value, titles) in [
            (None, NewTitles::Queued),
            (some("true"), NewTitles::Queued),
            (some("false"), NewTitles::Kept),
        ] {
            let settings = GivenSettings {
                llm_base_url: some("http://localhost:1/v1"),
                llm_model: some("model"),
                llm_titles: value.clone(),
                ..GivenSettings::default()
            };
            let config = Config::read(&settings).unwrap();
            assert!(config.provider.new_titles() == titles, "{value:?}");
        }
    }

    #[test]
    fn doors_are_closed_with_a_database_of_somebody_else() {
        let settings = GivenSettings {
            database_url: some("postgres://a@b/c"),
            jwt_secret: some(&"s".repeat(32)),
            ..GivenSettings::default()
        };
        let config = Config::read(&settings).unwrap();
        assert!(!config.guest_login && !config.registration);
        assert_eq!(config.cors, AllowedOrigins::Only(Vec::new()));
    }

    type Setting = fn(&mut GivenSettings) -> &mut Option<String>;

    const BAD: [(&str, &str, Setting); 57] = [
        ("HTTP_PORT", "70000", |settings| &mut settings.http_port),
        ("HTTP_HOST", "nowhere", |settings| &mut settings.http_host),
        ("PUBLIC_URL", "ftp://x", |settings| &mut settings.public_url),
        ("SHARE_CONTINUE_URL", "javascript:x({share_id})", |s| {
            &mut s.share_continue_url
        }),
        ("DATABASE_POOL_SIZE", "0", |settings| {
            &mut settings.database_pool_size
        }),
        ("DATABASE_READ_URL", "postgres://a@b/c", |settings| {
            &mut settings.database_read_url
        }),
        ("JWT_SECRET", "short", |settings| &mut settings.jwt_secret),
        ("GUEST_LOGIN", "maybe", |settings| &mut settings.guest_login),
        ("REGISTRATION", "1", |settings| &mut settings.registration),
        ("RESPONSE_RETENTION_DAYS", "36501", |settings| {
            &mut settings.response_retention_days
        }),
        ("GUEST_RETENTION_DAYS", "0", |settings| {
            &mut settings.guest_retention_days
        }),
        ("LOGIN_LIMIT", "10", |settings| &mut settings.login_limit),
        ("LOGIN_ACCOUNT_LIMIT", "0/m", |settings| {
            &mut settings.login_account_limit
        }),
        ("REGISTRATION_LIMIT", "no", |settings| {
            &mut settings.registration_limit
        }),
        ("GUEST_LIMIT", "1/d", |settings| &mut settings.guest_limit),
        ("REFRESH_LIMIT", "-1/s", |settings| {
            &mut settings.refresh_limit
        }),
        ("KEY_LIMIT", "1/25h", |settings| &mut settings.key_limit),
        ("SHARE_LIMIT", "many", |settings| &mut settings.share_limit),
        ("BODY_MEMORY", "63MiB", |settings| &mut settings.body_memory),
        ("BODY_MEMORY", "256", |settings| &mut settings.body_memory),
        ("BODY_MEMORY", "99999999999999GiB", |settings| {
            &mut settings.body_memory
        }),
        ("ADDRESS_CONNECTION_LIMIT", "0", |settings| {
            &mut settings.address_connection_limit
        }),
        ("CORS_ALLOWED_ORIGINS", "x", |settings| {
            &mut settings.cors_allowed_origins
        }),
        ("ALLOWED_HOSTS", "a.example:80", |settings| {
            &mut settings.allowed_hosts
        }),
        ("TRUSTED_PROXIES", "10.0.0.0/99", |settings| {
            &mut settings.trusted_proxies
        }),
        ("OIDC_AUDIENCE", "https://id.example", |settings| {
            &mut settings.oidc_issuer
        }),
        ("OIDC_ISSUER", "jan", |settings| &mut settings.oidc_audience),
        ("OIDC_ISSUER", "https://id.example/keys", |settings| {
            &mut settings.jwks_url
        }),
        ("OIDC_ISSUERS", "https://id.example", |settings| {
            &mut settings.oidc_issuers
        }),
        ("OIDC_ISSUERS", "https://id.example|", |settings| {
            &mut settings.oidc_issuers
        }),
        ("OIDC_ISSUERS", "jan-conversations|jan", |settings| {
            &mut settings.oidc_issuers
        }),
        ("OIDC_ISSUERS", "https://id.example/?a=b|jan", |settings| {
            &mut settings.oidc_issuers
        }),
        ("OIDC_ISSUERS", "https://id.example|jan|file:///keys", |s| {
            &mut s.oidc_issuers
        }),
        ("OIDC_ISSUERS", "https://id.example|jan|||", |settings| {
            &mut settings.oidc_issuers
        }),
        (
            "OIDC_ISSUERS",
            "https://a.example|a,https://a.example|b",
            |s| &mut s.oidc_issuers,
        ),
        ("OIDC_MAX_TOKEN_SECONDS", "0", |settings| {
            &mut settings.oidc_max_token_seconds
        }),
        ("OIDC_MAX_TOKEN_SECONDS", "2592001", |settings| {
            &mut settings.oidc_max_token_seconds
        }),
        ("GATEWAY_SECRET", "short", |settings| {
            &mut settings.gateway_secret
        }),
        ("GATEWAY_SECRET", "https://id.example", |settings| {
            &mut settings.gateway_issuer
        }),
        (
            "GATEWAY_ISSUER",
            "a secret of 32 bytes or more, at least",
            |settings| &mut settings.gateway_secret,
        ),
        ("JWT_SECRET_PREVIOUS", "short", |settings| {
            &mut settings.jwt_secret_previous
        }),
        ("LLM_BASE_URL", "localhost:8080", |settings| {
            &mut settings.llm_base_url
        }),
        ("LLM_API_KEY", "two words", |settings| {
            &mut settings.llm_api_key
        }),
        ("LLM_MODEL", "m\0", |settings| &mut settings.llm_model),
        ("LLM_STRICT_ROLES", "often", |settings| {
            &mut settings.llm_strict_roles
        }),
        ("LLM_TIMEOUT_SECONDS", "0", |settings| {
            &mut settings.llm_timeout_seconds
        }),
        ("LLM_MAX_CONCURRENCY", "0", |settings| {
            &mut settings.llm_max_concurrency
        }),
        ("LLM_OWNER_CONCURRENCY", "0", |settings| {
            &mut settings.llm_owner_concurrency
        }),
        ("LLM_CONTEXT_TOKENS", "many", |settings| {
            &mut settings.llm_context_tokens
        }),
        ("LLM_CONTEXT_TOKENS", "255", |settings| {
            &mut settings.llm_context_tokens
        }),
        ("LLM_TITLES", "never", |settings| &mut settings.llm_titles),
        ("DISK_RESERVE", "10%", |settings| &mut settings.disk_reserve),
        ("SHUTDOWN_TIMEOUT_SECONDS", "0", |settings| {
            &mut settings.shutdown_timeout_seconds
        }),
        ("METRICS_PORT", "65536", |settings| {
            &mut settings.metrics_port
        }),
        ("METRICS_PORT", "8000", |settings| {
            &mut settings.metrics_port
        }),
        ("METRICS_HOST", "metrics", |settings| {
            &mut settings.metrics_host
        }),
        ("LOG_FORMAT", "xml", |settings| &mut settings.log_format),
    ];

    #[test]
    fn a_bad_value_is_refused_by_name_in_one_sentence() {
        for (variable, value, setting) in BAD {
            let mut settings = GivenSettings::default();
            *setting(&mut settings) = some(value);
            let sentence = refused(settings);
            assert!(sentence.starts_with(variable), "{sentence}");
            assert_eq!(sentence.lines().count(), 1);
        }
    }

    #[test]
    fn a_database_of_somebody_else_needs_a_secret() {
        let settings = GivenSettings {
            database_url: some("postgres://a@b/c"),
            ..GivenSettings::default()
        };
        assert!(refused(settings).starts_with("JWT_SECRET is required"));
    }

    #[test]
    fn a_limit_can_be_set_and_switched_off() {
        let settings = GivenSettings {
            guest_limit: some("5/10s"),
            login_account_limit: some("off"),
            ..GivenSettings::default()
        };
        let limits = Config::read(&settings).unwrap().limits;
        assert_eq!(limits.guest, domain::limits::Rate::parse("5/10s"));
        assert_eq!(limits.sign_in_to_account, None);
        assert_eq!(limits.sign_in, Rates::USUAL.sign_in);
    }
}
