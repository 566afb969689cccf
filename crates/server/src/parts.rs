//! The parts that a service is wired from.

use crate::listening::ConnectionTerms;
use crate::watched::WatchedParts;
use api::browsers::{AllowedHosts, AllowedOrigins};
use api::client_address::TrustedProxies;
use api::memory::Memory;
use api::shares::public::{ContinueUrl, Layouts};
use api::{BodyRate, LongWork, Observer};
use domain::auth::{AccessTokens, Audit, ExternalTokens, Gateway, PasswordHasher, SignupPolicy};
use domain::clock::{Clock, Ids, Timer};
use domain::limits::RateLimits;
use domain::repeats::RepeatService;
use domain::replies::ModelProvider;
use domain::responses::Live;
use domain::secret::Successors;
use domain::shares::ViewCounts;
use domain::storage::Room;
use domain::turns::TurnService;
use domain::usage::{Allowances, UsageGuard};
use infra::postgres::{Database, NewTitles};
use infra::tasks::BackgroundTasks;
use std::sync::Arc;

/// The parts of a running service. Tests use their own clock and database.
pub struct ServiceParts {
    pub database: Database,
    pub tokens: Arc<dyn AccessTokens>,
    /// Tokens of external issuers.
    pub external: Arc<dyn ExternalTokens>,
    /// A gateway that names its callers.
    pub gateway: Option<Gateway>,
    pub successors: Arc<dyn Successors>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub audit: Arc<dyn Audit>,
    pub clock: Arc<dyn Clock>,
    pub timer: Arc<dyn Timer>,
    pub ids: Arc<dyn Ids>,
    pub signup: SignupPolicy,
    pub limits: Arc<dyn RateLimits>,
    pub cors: AllowedOrigins,
    pub hosts: AllowedHosts,
    pub proxies: TrustedProxies,
    /// The address at which clients reach this server, without a slash at its end; absent: as in
    /// each request.
    pub public_url: Option<String>,
    /// The views of links; `Background` writes them to the store.
    pub views: Arc<ViewCounts>,
    /// The allowances of owners.
    pub allowances: Allowances,
    /// The usage of owners; `Background` refreshes it regularly.
    pub usage: Arc<UsageGuard>,
    /// The address where a shared conversation can be continued, for a button on the pages of
    /// links.
    pub continue_url: Option<ContinueUrl>,
    /// Permits for laying out the pages of links.
    pub layouts: Layouts,
    pub provider: Arc<dyn ModelProvider>,
    /// Whether a model writes titles; that needs a provider.
    pub new_titles: NewTitles,
    /// The background tasks: replies, and other work that continues when a client disconnects.
    pub tasks: Arc<BackgroundTasks>,
    /// The claims of repeatable requests; `Background` renews them.
    pub repeats: Arc<RepeatService>,
    /// The responses that are being written; `Background` tends them.
    pub responses: Arc<Live>,
    /// The turns of conversations; `Background` tends them.
    pub turns: Arc<TurnService>,
    /// The most tokens of context for a model.
    pub context_tokens: usize,
    /// The memory of bodies and answers.
    pub memory: Memory,
    /// The slowest allowed rate of a body.
    pub body_rate: BodyRate,
    /// Permits for reading large data.
    pub long_work: LongWork,
    /// The limits of connections, and their timeouts.
    pub terms: ConnectionTerms,
    /// Whether the disk is full.
    pub room: Arc<dyn Room>,
    /// Threads that handle requests; `None` is one per core.
    pub workers: Option<usize>,
    /// Gets each answer.
    pub observer: Option<Arc<dyn Observer>>,
    /// Further parts that metrics show.
    pub watched: WatchedParts,
}
