use crate::app::start;
use crate::assemble::{Dependencies, assemble};
use crate::background::Background;
use crate::config::{Config, StorageLocation};
use crate::greeting::{greet, name_issuers, warn_of_links};
use crate::metrics::{Endpoint, Metrics};
use crate::parts::ServiceParts;
use crate::secret::embedded_secret;
use crate::serve_error::ServeError;
use crate::stop::StopSignal;
use crate::{files, greeting, migrate};
use cluster::EmbeddedPostgres;
use domain::auth::{AuthService, SessionStore as _, User, UserKind};
use domain::clock::Clock as _;
use domain::error::Error;
use domain::storage::Room;
use infra::clock::SystemClock;
use infra::postgres::pooler;
use infra::postgres::{Database, PgSessions, Target};
use infra::storage::DiskRoom;
use infra::tasks::BackgroundTasks;
use std::net::TcpListener;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// The most bytes of a file of certificates; a system's whole list has a quarter of a mebibyte.
const CERTIFICATES: u64 = 16 << 20;

/// Serves until SIGTERM or SIGINT, then lets requests finish, and stops an embedded PostgreSQL last.
///
/// # Errors
/// The service cannot start.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    files::raise_limit();
    // A library reads the whole file wherever a TLS connection is made.
    if let Some(file) = std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) {
        infra::files::must_be_short(file.as_ref(), CERTIFICATES)
            .map_err(ServeError::CertificateFile)?;
    }
    let mut stop = StopSignal::new()?;
    let listener = listen(&config)?;
    let metrics = listen_for_metrics(&config)?;
    let address = listener.local_addr()?;
    match &config.storage {
        StorageLocation::Embedded(embedded) => {
            // Connections in addition to the pool: for migrations, and for an operator.
            let pool = u16::try_from(config.pool_size).unwrap_or(u16::MAX);
            let (options, storage) = embedded.options(pool.saturating_add(4));
            let postgres = tokio::select! {
                started = EmbeddedPostgres::start(options) => started?,
                () = stop.wait() => return Ok(()),
            };
            let served = async {
                let jwt_secret = embedded.jwt_secret.as_deref();
                let secret = embedded_secret(postgres.data_dir(), jwt_secret)?;
                let target = Target::parse(postgres.database_url())?;
                infra::postgres::migrate(&target).await?;
                let database =
                    Database::new(target, config.pool_size).reporting_to(Arc::clone(&storage));
                database.open();
                match PgSessions(database.clone()).ensure_user(&operator()).await {
                    // The row exists from an earlier start.
                    Err(Error::StorageFull { .. }) => {}
                    ensured => ensured?,
                }
                let data = format!("embedded, in {}", postgres.data_dir().display());
                greet(address, &data, &greeting::tokens(&config, true));
                let listeners = (listener, metrics);
                run(&config, listeners, database, storage, &secret, &mut stop).await
            };
            let served = served.await;
            postgres.stop().await;
            served
        }
        StorageLocation::External {
            database_url,
            read_url,
            jwt_secret,
        } => {
            let target = Target::parse(database_url)?;
            // If the database is away, the service waits for it.
            if let Ok(kept) = pooler::keeps_statements(&target).await {
                warn_of_unset(&kept?);
            }
            let storage = DiskRoom::unmeasured();
            let database = Database::new(Target::parse(database_url)?, config.pool_size)
                .reporting_to(Arc::clone(&storage));
            let database = match read_url {
                Some(url) => database.reading_from(replica(url).await?),
                None => database,
            };
            let migration = tokio::spawn(migrate::until_done(target, database.clone()));
            greet(
                address,
                "the database of DATABASE_URL",
                &greeting::tokens(&config, false),
            );
            let listeners = (listener, metrics);
            let served = run(&config, listeners, database, storage, jwt_secret, &mut stop).await;
            migration.abort();
            served
        }
    }
}

/// A replica. If it is away, the service continues without it, and waits for it.
async fn replica(url: &str) -> Result<Target, ServeError> {
    let target = Target::parse(url).map_err(ServeError::ReadAddress)?;
    if let Ok(kept) = pooler::keeps_statements(&target).await {
        kept.map_err(ServeError::ReadPooler)?;
    }
    Ok(target)
}

/// Behind a pooler, some settings of connections must be those of the role.
fn warn_of_unset(commands: &[String]) {
    for command in commands {
        tracing::warn!(run = command, "a setting does not hold behind the pooler");
    }
}

fn listen(config: &Config) -> Result<TcpListener, ServeError> {
    TcpListener::bind((config.host, config.port)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::PortTaken(config.port),
        _ => ServeError::Listen(error),
    })
}

/// The listener for scrapes, if metrics are served.
fn listen_for_metrics(config: &Config) -> Result<Option<TcpListener>, ServeError> {
    let Some(address) = config.metrics else {
        return Ok(None);
    };
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::MetricsPortTaken(address.port()),
        _ => ServeError::ListenForMetrics(error),
    })?;
    Ok(Some(listener))
}

/// The owner of an embedded database, for whom `jan-conversations token` makes tokens.
fn operator() -> User {
    User {
        id: AuthService::OPERATOR,
        kind: UserKind::Operator,
        email: None,
        name: None,
        created_at: Some(SystemClock.now()),
    }
}

/// Serves the metrics of a service of these parts.
fn serve_metrics(listener: TcpListener, parts: &mut ServiceParts) -> std::io::Result<Endpoint> {
    tracing::info!("metrics: http://{}/metrics", listener.local_addr()?);
    Endpoint::start(listener, Metrics::of(parts), parts.terms.patience)
}

async fn run(
    config: &Config,
    (listener, metrics): (TcpListener, Option<TcpListener>),
    database: Database,
    room: Arc<dyn Room>,
    secret: &str,
    stop: &mut StopSignal,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    warn_of_links(address, config.public_url.as_deref());
    name_issuers(config);
    let tasks = Arc::new(BackgroundTasks::new(Handle::current()));
    let dependencies = Dependencies {
        database: &database,
        room,
        secret,
        address: address.ip(),
        tasks: &tasks,
    };
    let mut parts = assemble(config, dependencies)?;
    // It ends after the requests: they are counted to their end.
    let _endpoint = metrics
        .map(|listener| serve_metrics(listener, &mut parts))
        .transpose()?;
    let background = Background::start(config, &database, &parts);
    let server = start(listener, parts)?;
    let handle = server.handle();
    let mut serving = tokio::spawn(server);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = stop.wait() => {
            tracing::info!("stopping: requests and replies under way are finished first");
            let begun = Instant::now();
            handle.stop(true).await;
            tasks.finish(config.finishing.saturating_sub(begun.elapsed())).await;
            serving.await
        }
    };
    background.stop(&database).await;
    database.close();
    tracing::info!("stopped");
    Ok(ended.map_err(std::io::Error::other)??)
}
