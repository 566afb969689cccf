//! The services of identity, wired.

use crate::parts::ServiceParts;
use actix_web::web;
use domain::auth::RemovedOwners;
use domain::auth::{AccountService, AuthService, KeyService, Lookups, SessionIssuer, Throttle};
use domain::clock::Timer;
use domain::removal::RemovalService;
use domain::secret::Secrets;
use infra::postgres::{PgAccounts, PgKeys, PgRemovals, PgSessions};
use infra::security::{BoundedKeyCache, RandomSecrets};
use std::sync::{Arc, Weak};

/// The services of identity: the caller, guests, accounts, sessions and keys.
#[derive(Clone)]
pub(crate) struct IdentityServices {
    auth: web::Data<AuthService>,
    accounts: web::Data<AccountService>,
    keys: web::Data<KeyService>,
    removal: web::Data<RemovalService>,
}

impl IdentityServices {
    /// Wires the services, and begins to watch for owners that other instances remove.
    pub(crate) fn wire(parts: &mut ServiceParts) -> Self {
        let gateway = parts.gateway.take();
        let parts = &*parts;
        let database = || parts.database.clone();
        let (clock, ids) = (|| Arc::clone(&parts.clock), || Arc::clone(&parts.ids));
        let (limits, audit) = (|| Arc::clone(&parts.limits), || Arc::clone(&parts.audit));
        let secrets: Arc<dyn Secrets> = Arc::new(RandomSecrets);
        let sessions = Arc::new(PgSessions(database()));
        let removals = Arc::new(PgRemovals(database()));
        let removed = Arc::new(RemovedOwners::new(removals.clone(), clock()));
        let issuer = Arc::new(SessionIssuer {
            tokens: Arc::clone(&parts.tokens),
            secrets: Arc::clone(&secrets),
            successors: Arc::clone(&parts.successors),
            clock: clock(),
            ids: ids(),
        });
        let lookups = Lookups::of(parts.database.most_connections(), Arc::clone(&parts.timer));
        tokio::spawn(look(Arc::downgrade(&removed), Arc::clone(&parts.timer)));
        Self {
            auth: web::Data::new(AuthService {
                signup: parts.signup,
                limits: limits(),
                lookups: lookups.clone(),
                sessions: sessions.clone(),
                removed: Arc::clone(&removed),
                audit: audit(),
                issuer: Arc::clone(&issuer),
                external: Arc::clone(&parts.external),
                gateway,
            }),
            accounts: web::Data::new(AccountService {
                signup: parts.signup,
                limits: limits(),
                throttle: Throttle::new(limits(), Arc::clone(&parts.timer)),
                accounts: Arc::new(PgAccounts(database())),
                sessions,
                hasher: Arc::clone(&parts.hasher),
                audit: audit(),
                issuer,
            }),
            keys: web::Data::new(KeyService {
                keys: Arc::new(PgKeys(database())),
                cache: Arc::new(BoundedKeyCache::default()),
                limits: limits(),
                lookups,
                removed: Arc::clone(&removed),
                secrets,
                audit: audit(),
                clock: clock(),
                ids: ids(),
            }),
            removal: web::Data::new(RemovalService {
                store: removals,
                removed,
                audit: audit(),
                clock: clock(),
            }),
        }
    }

    pub(crate) fn register(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.auth.clone())
            .app_data(self.accounts.clone())
            .app_data(self.keys.clone())
            .app_data(self.removal.clone());
    }
}

/// Regularly reads the owners that other instances removed, as long as the services live.
async fn look(removed: Weak<RemovedOwners>, timer: Arc<dyn Timer>) {
    while let Some(removed) = removed.upgrade() {
        let rest = match removed.look().await {
            Ok(()) => RemovedOwners::REST,
            Err(error) => {
                tracing::debug!(%error, "the removed owners cannot be read; trying again");
                RemovedOwners::RETRY
            }
        };
        drop(removed);
        timer.wait(rest).await;
    }
}
