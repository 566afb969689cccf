//! The settings. Each flag is also an environment variable; `config` reads their values.

use clap::Args;

/// Every setting, as given. An empty value counts as absent.
#[derive(Clone, Debug, Default, Args)]
pub struct GivenSettings {
    /// The address to listen on [default: 127.0.0.1]
    #[arg(
        long,
        visible_alias = "host",
        env,
        global = true,
        help_heading = "Server"
    )]
    pub http_host: Option<String>,
    /// The port to listen on; 0 takes any free one [default: 8000]
    #[arg(
        long,
        visible_alias = "port",
        env,
        global = true,
        help_heading = "Server"
    )]
    pub http_port: Option<String>,
    /// The address at which clients reach this server, for links [default: the address that each
    /// request was sent to]
    #[arg(long, env, global = true, help_heading = "Server")]
    pub public_url: Option<String>,
    /// The address where a shared conversation can be continued, such as
    /// https://chat.example.org/shared/{share_id}: the pages of links get a button for it [default:
    /// none, and no button]
    #[arg(long, env, global = true, help_heading = "Server")]
    pub share_continue_url: Option<String>,
    /// A PostgreSQL database, such as postgres://user:password@host/name?sslmode=verify-full
    /// [default: an embedded PostgreSQL in DATA_DIR]
    #[arg(
        long,
        env,
        global = true,
        help_heading = "Database",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// A streaming replica of that database, which answers reads. They see all that was stored
    /// before; where the replica is away or behind, DATABASE_URL answers [default: none]
    #[arg(
        long,
        env,
        global = true,
        help_heading = "Database",
        hide_env_values = true
    )]
    pub database_read_url: Option<String>,
    /// The most connections to the database, and to its replica [default: 16]
    #[arg(long, env, global = true, help_heading = "Database")]
    pub database_pool_size: Option<String>,
    /// The directory of the embedded PostgreSQL and its secrets [default: ./data; for root, a
    /// directory under /var/lib where PostgreSQL's user cannot reach ./data]
    #[arg(long, env, global = true, help_heading = "Database")]
    pub data_dir: Option<String>,
    /// How much of the file system of DATA_DIR stays free, such as 512MiB or 1GiB, or off: with
    /// less, no more data is stored, and reading and deleting still work [default: the smaller of
    /// 1GiB and 10 % of the file system]
    #[arg(long, env, global = true, help_heading = "Database")]
    pub disk_reserve: Option<String>,
    /// The directory of PostgreSQL's server programs [default: searched]
    #[arg(long, env, global = true, help_heading = "Database")]
    pub pg_bin: Option<String>,
    /// The secret that signs access tokens, at least 32 bytes; required with DATABASE_URL, and the
    /// same on every instance [default: made once and kept in DATA_DIR]
    #[arg(
        long,
        env,
        global = true,
        help_heading = "Accounts",
        hide_env_values = true
    )]
    pub jwt_secret: Option<String>,
    /// The previous secret, at least 32 bytes: tokens that it has signed stay valid [default: none]
    #[arg(
        long,
        env,
        global = true,
        help_heading = "Accounts",
        hide_env_values = true
    )]
    pub jwt_secret_previous: Option<String>,
    /// An issuer whose tokens are accepted, as they name it, such as
    /// https://id.example.org/realms/jan [default: none]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub oidc_issuer: Option<String>,
    /// The audience that those tokens must name; required with OIDC_ISSUER [default: none]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub oidc_audience: Option<String>,
    /// The address of that issuer's keys [default: as its configuration tells]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub jwks_url: Option<String>,
    /// More issuers: a list, separated by commas, of issuer|audience[|jwks_url[|client]]; with a
    /// client, only its tokens are accepted (azp) [default: none]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub oidc_issuers: Option<String>,
    /// The longest lifetime of an issuer's tokens in seconds, 60 to 2592000 [default: 86400]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub oidc_max_token_seconds: Option<String>,
    /// The secret of a gateway in TRUSTED_PROXIES, at least 32 bytes: where X-Gateway-Auth equals
    /// it, X-User-Subject names the caller [default: none, and such headers are ignored]
    #[arg(
        long,
        env,
        global = true,
        help_heading = "Accounts",
        hide_env_values = true
    )]
    pub gateway_secret: Option<String>,
    /// The issuer of the subjects that the gateway names [default: OIDC_ISSUER]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub gateway_issuer: Option<String>,
    /// Whether new guests are allowed: true or false [default: true with the embedded database]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub guest_login: Option<String>,
    /// Whether new accounts are allowed: true or false [default: true with the embedded database]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub registration: Option<String>,
    /// After how many idle days a guest is removed with all data, 1 to 36500 [default: never]
    #[arg(long, env, global = true, help_heading = "Accounts")]
    pub guest_retention_days: Option<String>,
    /// After how many days a response without a conversation is deleted, 1 to 36500 [default: never]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub response_retention_days: Option<String>,
    /// The most failed sign-ins from one address: COUNT/PERIOD like 50/15m, or off [default: 50/15m]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub login_limit: Option<String>,
    /// The most failed sign-ins to one account from one address; with as many from all addresses,
    /// the next ones are delayed [default: 10/15m]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub login_account_limit: Option<String>,
    /// The most new accounts from one address [default: 20/60m]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub registration_limit: Option<String>,
    /// The most new guests from one address [default: 60/60m]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub guest_limit: Option<String>,
    /// The most bad refresh tokens from one address [default: 60/15m]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub refresh_limit: Option<String>,
    /// The most bad API keys from one address [default: 60/15m]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub key_limit: Option<String>,
    /// The most requests to share links from one address [default: 300/1m]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub share_limit: Option<String>,
    /// The most storage of a guest, as 500MiB or 1GiB, or off [default: 1GiB; off with the embedded
    /// database]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub guest_storage_limit: Option<String>,
    /// The most conversations of a guest, or off [default: 100000; off with the embedded database]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub guest_conversation_limit: Option<String>,
    /// The most titles that a model writes for a guest per day, or off [default: 200; off with the
    /// embedded database]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub guest_titles_per_day: Option<String>,
    /// The most storage of any other owner, as 500MiB or 1GiB [default: off]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub account_storage_limit: Option<String>,
    /// The most conversations of any other owner [default: off]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub account_conversation_limit: Option<String>,
    /// The most titles that a model writes for any other owner per day [default: off]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub account_titles_per_day: Option<String>,
    /// The most memory for bodies and answers of running requests, such as 512MiB or 1GiB, at least
    /// 64MiB. A quarter is for the buffers of connections; one caller gets a quarter of the rest
    /// [default: 256MiB]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub body_memory: Option<String>,
    /// The most connections from one address, except from this machine and TRUSTED_PROXIES
    /// [default: half of the limit on open files, at most 2048]
    #[arg(long, env, global = true, help_heading = "Limits")]
    pub address_connection_limit: Option<String>,
    /// Origins whose pages may call this server: a list separated by commas, or * [default: with
    /// the embedded database those of this machine and of PUBLIC_URL, none otherwise]
    #[arg(long, env, global = true, help_heading = "Server")]
    pub cors_allowed_origins: Option<String>,
    /// Hosts that requests may name in addition to localhost and PUBLIC_URL's: a list such as
    /// chat.example.org,192.168.1.5 [default: none when listening on loopback, any otherwise]
    #[arg(long, env, global = true, help_heading = "Server")]
    pub allowed_hosts: Option<String>,
    /// Networks of our own proxies, whose X-Forwarded-For, -Host and -Proto are trusted: a list
    /// such as 10.0.0.0/8,::1/128 [default: none]
    #[arg(long, env, global = true, help_heading = "Server")]
    pub trusted_proxies: Option<String>,
    /// A server with OpenAI's API, up to /v1, such as http://localhost:11434/v1 [default: none, and
    /// requests that need a model are refused]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_base_url: Option<String>,
    /// The key for that server [default: none]
    #[arg(
        long,
        env,
        global = true,
        help_heading = "Model",
        hide_env_values = true
    )]
    pub llm_api_key: Option<String>,
    /// The model for requests that name none [default: that server's own]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_model: Option<String>,
    /// Whether that server's chat template requires user and assistant to take turns: consecutive
    /// messages of one role are sent as one message [default: false]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_strict_roles: Option<String>,
    /// How many seconds that server may be silent; a whole reply may take ten times as long
    /// [default: 120]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_timeout_seconds: Option<String>,
    /// How many replies may be written at the same time; four times as many may wait [default: 32]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_max_concurrency: Option<String>,
    /// How many of those may be of one owner [default: a quarter of LLM_MAX_CONCURRENCY, at least
    /// 1]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_owner_concurrency: Option<String>,
    /// The most tokens of a conversation that are sent to the model [default: 8192]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_context_tokens: Option<String>,
    /// Whether that server writes titles of conversations, for which it gets their beginnings: true
    /// or false [default: true]
    #[arg(long, env, global = true, help_heading = "Model")]
    pub llm_titles: Option<String>,
    /// How many seconds running requests and replies may take after the service is told to stop,
    /// 1 to 3600 [default: 25]
    #[arg(long, env, global = true, help_heading = "Server")]
    pub shutdown_timeout_seconds: Option<String>,
    /// The port at which metrics are served, for Prometheus; 0 takes any free one [default: none,
    /// and no metrics]
    #[arg(long, env, global = true, help_heading = "Metrics")]
    pub metrics_port: Option<String>,
    /// The address of that port [default: 127.0.0.1]
    #[arg(long, env, global = true, help_heading = "Metrics")]
    pub metrics_host: Option<String>,
    /// How much to log: error, warn, info, debug, trace, or a filter such as info,infra=debug
    /// [default: info]
    #[arg(long, env, global = true, help_heading = "Log")]
    pub log_level: Option<String>,
    /// How to log: text or json [default: text]
    #[arg(long, env, global = true, help_heading = "Log")]
    pub log_format: Option<String>,
}
