//! The parts of a service in production, by its configuration.

use crate::config::{Config, GatewaySettings};
use crate::listening::ConnectionTerms;
use crate::parts::ServiceParts;
use crate::processors::half_of_the_processors;
use crate::secret::Signers;
use crate::serve_error::ServeError;
use crate::watched::WatchedParts;
use crate::{files, repeats, traces, turns};
use api::connection::ClientTimeouts;
use api::memory::Memory;
use api::shares::public::Layouts;
use api::{BodyRate, LongWork};
use domain::auth::SignupPolicy;
use domain::clock::{Clock, Timer};
use domain::shares::ViewCounts;
use domain::storage::Room;
use domain::usage::UsageGuard;
use infra::audit::LoggedAudit;
use infra::clock::{RandomIds, RuntimeTimer, SteadyClock, SystemClock};
use infra::limits::GovernorLimits;
use infra::postgres::{Database, PgUsage};
use infra::security::Argon2Hasher;
use infra::tasks::BackgroundTasks;
use std::net::IpAddr;
use std::sync::Arc;

/// The dependencies of the parts, without the configuration.
pub(crate) struct Dependencies<'a> {
    pub(crate) database: &'a Database,
    pub(crate) room: Arc<dyn Room>,
    /// The secret that signs access tokens.
    pub(crate) secret: &'a str,
    /// The address that is listened on.
    pub(crate) address: IpAddr,
    pub(crate) tasks: &'a Arc<BackgroundTasks>,
}

pub(crate) fn assemble(
    config: &Config,
    dependencies: Dependencies<'_>,
) -> Result<ServiceParts, ServeError> {
    let Dependencies {
        database, tasks, ..
    } = dependencies;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let timer: Arc<dyn Timer> = Arc::new(RuntimeTimer);
    let steady: Arc<dyn Clock> = Arc::new(SteadyClock::new());
    let signers = Signers::of(config, dependencies.secret, &clock)?;
    let external = Arc::new(config.issuers.start(&clock, &timer)?);
    let hasher = Arc::new(Argon2Hasher::new(half_of_the_processors())?);
    let memory = Memory::new(config.memory);
    let (provider, budget) = config.provider.connect()?;
    let provider = traces::traced(provider);
    let budget = budget.map(|budget| ("generations", budget));
    let watched = WatchedParts {
        budgets: budget
            .into_iter()
            .chain([("passwords", hasher.budget())])
            .collect(),
        issuers: Some(Arc::clone(&external)),
        jobs: Arc::default(),
    };
    Ok(ServiceParts {
        database: database.clone(),
        tokens: signers.tokens,
        external,
        gateway: config.gateway.as_ref().map(GatewaySettings::known),
        successors: signers.successors,
        hasher,
        audit: Arc::new(LoggedAudit),
        clock,
        timer,
        ids: Arc::new(RandomIds(SystemClock)),
        signup: SignupPolicy {
            guest_login: config.guest_login,
            registration: config.registration,
        },
        limits: Arc::new(GovernorLimits::new(&config.limits, &steady)),
        cors: config.cors.clone(),
        hosts: config.hosts(dependencies.address),
        proxies: config.proxies.clone(),
        public_url: config.public_url.clone(),
        views: Arc::new(ViewCounts::default()),
        allowances: config.allowances,
        usage: Arc::new(UsageGuard::new(
            config.allowances,
            Arc::new(PgUsage(database.clone())),
            Arc::new(SystemClock),
        )),
        continue_url: config.continue_url.clone(),
        layouts: Layouts::new(half_of_the_processors()),
        provider,
        new_titles: config.provider.new_titles(),
        tasks: Arc::clone(tasks),
        context_tokens: config.provider.context_tokens,
        repeats: repeats::of(config, database, tasks.clone()),
        responses: Arc::default(),
        turns: turns::of(config, database, tasks.clone(), memory.budget()),
        memory,
        body_rate: BodyRate::USUAL,
        long_work: LongWork::new(half_of_the_processors()),
        terms: ConnectionTerms {
            connections: files::connections(config),
            patience: ClientTimeouts::USUAL,
            finishing: config.finishing,
        },
        room: dependencies.room,
        workers: None,
        observer: None,
        watched,
    })
}
