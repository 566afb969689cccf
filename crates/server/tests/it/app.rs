//! A running service for one test: a real listener, a schema of its own, time that stands still.

use crate::answer::Answer;
use crate::clock::{PinnedClock, SeededIds};
use crate::db::{RUNTIME, Schema};
use crate::provider::Provider;
use crate::purge::{Worker, until};
use crate::trail::Trail;
use actix_web::dev::ServerHandle;
use api::browsers::AllowedHosts;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::admission::{Budget, BudgetLimits};
use domain::auth::{AccessTokens as _, Claims, SignupPolicy};
use domain::clock::{Clock, Ids, Timer};
use domain::id::OwnerId;
use domain::limits::{RateLimits, Rates};
use domain::repeats::RepeatService;
use domain::shares::ViewCounts;
use domain::turns::TurnService;
use domain::usage::{Allowances, UsageGuard};
use infra::clock::{RandomIds, RuntimeTimer, SystemClock};
use infra::limits::GovernorLimits;
use infra::postgres::{Database, PgShares, PgUsage};
use infra::security::{Argon2Hasher, ExternalIssuers, HmacSuccessors, Jwt};
use infra::tasks::BackgroundTasks;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};
use server::ServiceParts;
use server::config::AllowedOrigins;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use ulid::Ulid;

/// The password of the accounts of tests.
pub(crate) const PASSWORD: &str = "a long sentence is easy to keep";

/// How long a repeat waits for the request before it, and a turn for those before it.
const REPEAT_PATIENCE: Duration = Duration::from_secs(30);

/// The secret that signs the tokens of tests.
pub(crate) const SECRET: &str = "a secret for tests, and for nothing else";

/// Anybody may become a guest, or register.
const OPEN: SignupPolicy = SignupPolicy {
    guest_login: true,
    registration: true,
};

/// Passwords in tests need no protection, and there are many.
static HASHER: LazyLock<Arc<Argon2Hasher>> =
    LazyLock::new(|| Arc::new(Argon2Hasher::unsafe_but_quick(4).unwrap()));

/// As in production.
pub(crate) static SAFE_HASHER: LazyLock<Arc<Argon2Hasher>> =
    LazyLock::new(|| Arc::new(Argon2Hasher::new(4).unwrap()));

/// A service that one test talks to.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<PinnedClock>,
    pub(crate) trail: Arc<Trail>,
    pub(crate) schema: Schema,
    database: Database,
    views: Arc<ViewCounts>,
    usage: Arc<UsageGuard>,
    turns: Arc<TurnService>,
    client: reqwest::Client,
    handle: ServerHandle,
}

impl TestApp {
    pub(crate) async fn spawn() -> Self {
        Self::spawn_with(|_| {}).await
    }

    /// A service that differs from the usual one.
    pub(crate) async fn spawn_with(change: impl FnOnce(&mut ServiceParts)) -> Self {
        let schema = Schema::migrated().await;
        let database = schema.usual_database();
        Self::serve(schema, database, change)
    }

    /// A service with limits, which the others have not: all tests come from one address.
    pub(crate) async fn spawn_limited(change: impl FnOnce(&mut Rates)) -> Self {
        let mut rates = Rates::NONE;
        change(&mut rates);
        Self::spawn_with(|parts| parts.limits = limits(&rates, &parts.clock)).await
    }

    /// A service on any database.
    pub(crate) fn serve(
        schema: Schema,
        database: Database,
        change: impl FnOnce(&mut ServiceParts),
    ) -> Self {
        let clock = Arc::new(PinnedClock::new());
        Self::serve_at(clock, schema, database, change)
    }

    /// A service on any database, with any clock.
    pub(crate) fn serve_at(
        clock: Arc<PinnedClock>,
        schema: Schema,
        database: Database,
        change: impl FnOnce(&mut ServiceParts),
    ) -> Self {
        let trail = Arc::new(Trail::default());
        let usage_of = database.clone();
        let mut parts = ServiceParts {
            database,
            tokens: Arc::new(Jwt::new(SECRET.as_bytes(), clock.clone()).unwrap()),
            external: Arc::new(ExternalIssuers::default()),
            gateway: None,
            successors: Arc::new(HmacSuccessors::new(SECRET.as_bytes())),
            hasher: HASHER.clone(),
            audit: trail.clone(),
            clock: clock.clone(),
            timer: clock.clone(),
            ids: Arc::new(SeededIds::new(clock.clone())),
            signup: OPEN,
            limits: limits(&Rates::NONE, &(clock.clone() as Arc<dyn Clock>)),
            cors: AllowedOrigins::Any,
            hosts: AllowedHosts::ThisMachine(Vec::new()),
            proxies: api::client_address::TrustedProxies::default(),
            public_url: None,
            views: Arc::default(),
            allowances: Allowances::NONE,
            usage: guard(Allowances::NONE, &usage_of, &clock),
            continue_url: None,
            layouts: api::shares::public::Layouts::new(2),
            provider: Provider::obliging().connected(),
            new_titles: infra::postgres::NewTitles::Kept,
            tasks: Arc::new(BackgroundTasks::new(RUNTIME.handle().clone())),
            context_tokens: 8_192,
            repeats: repeats(
                &usage_of,
                &clock,
                Arc::new(RandomIds(SystemClock)),
                REPEAT_PATIENCE,
            ),
            responses: Arc::default(),
            turns: turns(&usage_of, Arc::new(RuntimeTimer), REPEAT_PATIENCE),
            memory: api::memory::Memory::new(256 << 20),
            body_rate: patient_rate(),
            long_work: api::LongWork::new(2),
            terms: terms(),
            room: infra::storage::DiskRoom::unmeasured(),
            workers: Some(1),
            observer: None,
            watched: server::watched::WatchedParts::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        change(&mut parts);
        let (database, views) = (parts.database.clone(), Arc::clone(&parts.views));
        let usage = Arc::clone(&parts.usage);
        let turns = Arc::clone(&parts.turns);
        let _inside = RUNTIME.enter();
        let server = server::start(listener, parts).unwrap();
        let handle = server.handle();
        RUNTIME.spawn(server);
        Self {
            address,
            clock,
            database,
            views,
            usage,
            turns,
            trail,
            schema,
            client: client(),
            handle,
        }
    }

    /// Waits until so many units of work wait for their turn at the database.
    pub(crate) async fn have_queued(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.database.waiting() < count {
            assert!(
                Instant::now() < deadline,
                "{} wait",
                self.database.waiting()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Has the views of links written down, as happens every few seconds.
    pub(crate) async fn write_views(&self) {
        let (database, views) = (self.database.clone(), Arc::clone(&self.views));
        let write = async move { server::views::flush(&PgShares(database), &views).await };
        RUNTIME.spawn(write).await.unwrap();
    }

    /// A service with limits on the usage of owners.
    pub(crate) async fn spawn_allowing(allowances: Allowances) -> Self {
        let clock = Arc::new(PinnedClock::new());
        let schema = Schema::migrated().await;
        let database = schema.usual_database();
        Self::serve_at(clock.clone(), schema, database, |parts| {
            parts.allowances = allowances;
            parts.usage = guard(allowances, &parts.database, &clock);
        })
    }

    /// Counts the usage of owners with recent writes, as the service does every few seconds.
    pub(crate) async fn count_usage(&self) {
        self.clock.advance(TimeDelta::seconds(20));
        let look = || {
            let usage = Arc::clone(&self.usage);
            RUNTIME.spawn(async move { usage.look().await.unwrap() })
        };
        look().await.unwrap();
        let _worker = Worker::by(&self.schema, self.clock.clone());
        let jobs = "select count(*) from jobs where kind = 1";
        until(&self.schema, jobs, 20, |jobs| jobs == 0).await;
        look().await.unwrap();
    }

    /// Has it look whether its turns are still wanted, as happens twice a second; until this is dropped.
    pub(crate) fn tending_turns(&self) -> Tending {
        let (database, turns) = (self.database.clone(), Arc::clone(&self.turns));
        Tending(RUNTIME.spawn(server::turns::tend(database, turns)))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A caller without a token.
    pub(crate) fn anon(&self) -> Actor {
        self.bearing(None)
    }

    pub(crate) fn alice(&self) -> Actor {
        self.signed_in(0xA11CE)
    }

    pub(crate) fn bob(&self) -> Actor {
        self.signed_in(0xB0B)
    }

    fn signed_in(&self, number: u128) -> Actor {
        self.bearing(Some(self.token(number, TimeDelta::hours(1))))
    }

    /// The owner of this token.
    pub(crate) fn bearing(&self, token: Option<String>) -> Actor {
        let base = self.url("");
        let client = self.client.clone();
        Actor {
            client,
            base,
            token,
        }
    }

    /// A new guest, and the answer of the guest login.
    pub(crate) async fn guest(&self) -> (Actor, Value) {
        let session = self.anon().post("/auth/guest-login", json!({})).await;
        let session = session.expect(201);
        (self.holding(&session), session)
    }

    /// An actor with an account of this address, and the answer that made it.
    pub(crate) async fn account(&self, email: &str) -> (Actor, Value) {
        let body = json!({ "email": email, "password": PASSWORD });
        let session = self.anon().post("/auth/register", body).await.expect(201);
        (self.holding(&session), session)
    }

    /// The owner of the session with this access token.
    pub(crate) fn holding(&self, session: &Value) -> Actor {
        self.bearing(session["access_token"].as_str().map(str::to_owned))
    }

    /// A token of an owner, good for so long from the pinned time.
    pub(crate) fn token(&self, owner: u128, lifetime: TimeDelta) -> String {
        let now = self.clock.now();
        let claims = Claims {
            subject: OwnerId::new(Ulid(owner)),
            session: None,
            issued_at: now,
            expires_at: now + lifetime,
        };
        let jwt = Jwt::new(SECRET.as_bytes(), self.clock.clone()).unwrap();
        jwt.issue(&claims).unwrap()
    }

    /// The id of the session that an answer's access token is of.
    pub(crate) fn session_of(&self, session: &Value) -> String {
        let token = session["access_token"].as_str().unwrap();
        let claims = token.split('.').nth(1).unwrap();
        let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        claims["sid"].as_str().unwrap().to_owned()
    }

    /// Lets time pass for refresh tokens, which go by the database's clock, not by the pinned one.
    pub(crate) async fn session_time_passes(&self, interval: &str) {
        let earlier = |column| format!("{column} = {column} - interval '{interval}'");
        let columns = ["created_at", "expires_at", "spent_at"]
            .map(earlier)
            .join(", ");
        let update = format!("update refresh_tokens set {columns}");
        self.schema.rows(&update).await;
    }

    /// Sends bytes as they are and reads what comes back until the other side closes; the request
    /// must ask for that (`Connection: close`).
    pub(crate) async fn raw(&self, request: &[u8]) -> Answer {
        Answer::parse(&self.exchange(request, false).await)
    }

    /// The same for a client that closes its half of the connection; there may be no answer at all.
    pub(crate) async fn raw_to_the_end(&self, request: &[u8]) -> Vec<u8> {
        self.exchange(request, true).await
    }

    async fn exchange(&self, request: &[u8], to_the_end: bool) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The other side may answer and close before it has read everything.
        let _ = stream.write_all(request).await;
        if to_the_end {
            let _ = stream.shutdown().await;
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }

    /// A request whose line and body are sent as they are, with alice's token.
    pub(crate) async fn raw_as_alice(&self, line: &[u8], body: &[u8]) -> Answer {
        self.raw(&self.by_alice(line, body)).await
    }

    /// A connection on which alice has asked the same, and has not been answered yet.
    pub(crate) async fn asked_by_alice(&self, line: &[u8], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&self.by_alice(line, body)).await.unwrap();
        stream
    }

    /// A request of alice's, to the byte.
    pub(crate) fn by_alice(&self, line: &[u8], body: &[u8]) -> Vec<u8> {
        let mut request = line.to_vec();
        let token = self.alice().token.unwrap();
        request.extend_from_slice(
            format!(
                " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer \
                 {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            )
            .as_bytes(),
        );
        request.extend_from_slice(body);
        request
    }

    /// Takes no more requests, and returns when those under way are answered.
    pub(crate) async fn stop(&self) {
        self.handle.stop(true).await;
    }
}

/// Work that ends with this.
pub(crate) struct Tending(JoinHandle<()>);

impl Drop for Tending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The limits are long, so that work that a test lets wait is not ended.
fn patient_rate() -> api::BodyRate {
    api::BodyRate {
        every: Duration::from_secs(600),
        ..api::BodyRate::USUAL
    }
}

/// Turns that wait by any time, and for so long.
pub(crate) fn turns(
    database: &Database,
    timer: Arc<dyn Timer>,
    patience: Duration,
) -> Arc<TurnService> {
    let tasks = Arc::new(BackgroundTasks::new(RUNTIME.handle().clone()));
    let memory = Budget::new(BudgetLimits::parts(256 << 20, 4));
    server::turns::service(database, tasks, timer, memory, patience)
}

/// Claims by any clock, with ids that no other service gives.
pub(crate) fn repeats(
    database: &Database,
    clock: &Arc<PinnedClock>,
    ids: Arc<dyn Ids>,
    patience: Duration,
) -> Arc<RepeatService> {
    let tasks = Arc::new(BackgroundTasks::new(RUNTIME.handle().clone()));
    server::repeats::service(database, tasks, clock.clone(), ids, patience)
}

fn guard(allowances: Allowances, database: &Database, clock: &Arc<PinnedClock>) -> Arc<UsageGuard> {
    let store = Arc::new(PgUsage(database.clone()));
    Arc::new(UsageGuard::new(allowances, store, clock.clone()))
}

fn terms() -> server::ConnectionTerms {
    server::ConnectionTerms {
        connections: everybody(),
        patience: api::connection::ClientTimeouts::USUAL,
        finishing: Duration::from_secs(25),
    }
}

/// As many connections as anybody wants: all tests come from one address.
fn everybody() -> api::connection::ConnectionLimits {
    api::connection::ConnectionLimits::new(1 << 20, 1 << 20, api::connection::Unlimited::default())
}

/// Limits by the pinned time.
pub(crate) fn limits(rates: &Rates, clock: &Arc<dyn Clock>) -> Arc<dyn RateLimits> {
    Arc::new(GovernorLimits::new(rates, clock))
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The command is sent at once; the test does not wait for its result.
        drop(self.handle.stop(false));
    }
}

/// An HTTP client without proxies and redirects.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        // The service closes idle connections after 5 s, and might do so when one is used again.
        .pool_idle_timeout(Duration::from_secs(2))
        // TLS is not used, and reading the system's certificates takes long.
        .tls_certs_only([])
        .build()
        .unwrap()
}

/// A client of the service.
#[derive(Clone)]
pub(crate) struct Actor {
    client: reqwest::Client,
    base: String,
    pub(crate) token: Option<String>,
}

impl Actor {
    /// A client of a service that runs on its own.
    pub(crate) fn of(base: &str, token: Option<String>) -> Self {
        Self {
            client: client(),
            base: base.to_owned(),
            token,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            None => request,
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
        }
    }

    /// Sends a request without a body.
    pub(crate) async fn call(&self, method: Method, path: &str) -> Answer {
        self.sent(self.request(method, path)).await
    }

    /// Sends a request with a JSON body. `to_string` is optimised, with all of its library, and
    /// `RequestBuilder::json` is compiled here: for megabytes it takes seconds.
    pub(crate) async fn call_with(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path);
        let request = request.header(CONTENT_TYPE, "application/json");
        self.sent(request.body(body.to_string())).await
    }

    pub(crate) async fn sent(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: HeaderMap) -> Answer {
        self.sent(self.request(Method::GET, path).headers(headers))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call_with(Method::POST, path, &body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call_with(Method::PATCH, path, &body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).await
    }

    /// A body that is sent as it is, called JSON.
    pub(crate) async fn post_text(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/json");
        self.sent(request.body(body)).await
    }

    /// Creates a conversation and returns its id.
    pub(crate) async fn conversation(&self, body: Value) -> String {
        id(&self.post("/v1/conversations", body).await.expect(201))
    }

    /// Creates a project and returns its id.
    pub(crate) async fn project(&self, title: &str) -> String {
        let created = self.post("/v1/projects", json!({ "title": title })).await;
        id(&created.expect(201))
    }

    /// Shares a conversation and returns the link's name.
    pub(crate) async fn share(&self, conversation: &str, body: Value) -> String {
        let path = format!("/v1/conversations/{conversation}/share");
        let share = self.post(&path, body).await.expect(201);
        share["share_id"].as_str().unwrap().to_owned()
    }

    /// Makes an API key and returns it, secret and all.
    pub(crate) async fn key(&self, name: &str) -> Value {
        let body = json!({ "name": name });
        self.post("/auth/api-keys", body).await.expect(201)
    }

    /// Sends a user's message and returns the item.
    pub(crate) async fn say(&self, conversation: &str, content: &str) -> Value {
        let path = format!("/v1/conversations/{conversation}/items");
        let message = json!({ "role": "user", "content": content });
        self.post(&path, message).await.expect(201)
    }
}

pub(crate) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
