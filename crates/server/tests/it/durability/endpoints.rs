//! Each endpoint that changes something, as the description lists them, with the connection cut at
//! the end of each of its statements in turn. Rows have come by then, and that the command is
//! complete; the commit has not been said. An answer of success would have been given too early.

use super::cutter::Cutter;
use crate::answer::Answer;
use crate::app::{Actor, PASSWORD, TestApp, id};
use crate::db::Schema;
use crate::operations::{Operation, operations};
use futures_util::future::join_all;
use infra::clock::{RandomIds, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The objects that an operation needs. Operations that delete find all of them.
struct Asked {
    everything: bool,
    parameters: Vec<String>,
}

impl Asked {
    fn by(operation: &Operation) -> Self {
        Self {
            everything: operation.method == Method::DELETE || operation.name.contains("delete"),
            parameters: operation.parameters(),
        }
    }

    fn one_of(&self, names: &[&str]) -> bool {
        let is_one = |parameter: &String| names.contains(&parameter.as_str());
        self.everything || self.parameters.iter().any(is_one)
    }
}

/// A guest, and an object for each path parameter.
pub(crate) struct Guest {
    pub(crate) actor: Actor,
    session: Value,
    conversation: String,
    item: String,
    project: String,
    share: String,
    key: String,
    /// The id of the session.
    login: String,
}

impl Guest {
    pub(crate) async fn of(app: &TestApp, operation: &Operation) -> Self {
        let (actor, session) = match operation.name.as_str() {
            // Which takes a guest with an account.
            "update_password" => app.account(&email()).await,
            _ => app.guest().await,
        };
        let asked = Asked::by(operation);
        let project = actor.project("Mine").await;
        let conversation = actor.conversation(json!({ "project_id": project })).await;
        let item = id(&actor.say(&conversation, "mine").await);
        if asked.one_of(&["item_id", "share_id"]) {
            let edit = format!("/v1/conversations/{conversation}/items/{item}/edit");
            let edited = json!({ "content": "mine, edited" });
            let edited = actor.call_with(Method::PUT, &edit, &edited).await;
            edited.expect(200);
        }
        let mut share = String::new();
        if asked.one_of(&["share_id"]) {
            let open = json!({ "read_only": false });
            share = actor.share(&conversation, open).await;
        }
        let mut key = String::new();
        if asked.one_of(&["key_id"]) {
            key = id(&actor.key("Mine").await);
        }
        Self {
            actor,
            conversation,
            item,
            project,
            share,
            key,
            login: app.session_of(&session),
            session,
        }
    }

    pub(crate) fn named(&self, parameter: &str) -> String {
        match parameter {
            "conversation_id" => self.conversation.clone(),
            "item_id" => self.item.clone(),
            "project_id" => self.project.clone(),
            "share_id" => self.share.clone(),
            "key_id" => self.key.clone(),
            "session_id" => self.login.clone(),
            "version" => "1".to_owned(),
            new => panic!("say in durability/endpoints.rs what a good {{{new}}} is"),
        }
    }

    /// Bodies that are accepted and have an effect. An operation whose example in the description has one needs no
    /// line here.
    pub(crate) fn bodies(&self, operation: &Operation) -> Vec<Option<Value>> {
        let account = json!({ "email": email(), "password": PASSWORD });
        let refresh = json!({ "refresh_token": self.session["refresh_token"] });
        let message = json!({ "role": "user", "content": "Hello" });
        let with = |name: &str, value: Value| {
            let mut body = message.clone();
            body[name] = value;
            Some(body)
        };
        match operation.name.as_str() {
            "register" | "upgrade" => vec![Some(account)],
            "login" => vec![Some(
                json!({ "email": "all@example.com", "password": PASSWORD }),
            )],
            "refresh_token" | "logout" => vec![Some(refresh)],
            // In a group, by itself, and with a title's text and a long one.
            "create_item" => vec![
                Some(message.clone()),
                with("call_id", json!("once")),
                with("content", json!("long ".repeat(20_000))),
            ],
            // Without names, and with one.
            "create_items" => vec![
                Some(json!({ "items": [message, message] })),
                Some(json!({ "items": [message, with("call_id", json!("once"))] })),
            ],
            "create_conversation" => vec![
                Some(json!({ "title": "T", "project_id": self.project })),
                Some(json!({ "items": [message] })),
            ],
            "update_conversation" => vec![
                Some(json!({ "title": "Another" })),
                Some(json!({ "project_id": null })),
            ],
            "update_conversations" => ["archive", "delete"]
                .map(|action| {
                    Some(json!({ "conversation_ids": [self.conversation], "action": action }))
                })
                .to_vec(),
            "bulk_delete_conversations" => {
                vec![Some(json!({ "conversation_ids": [self.conversation] }))]
            }
            "create_chat_completion" => [false, true].map(|stream| self.chat(stream)).to_vec(),
            "regenerate_item" => vec![None, Some(json!({ "stream": true }))],
            "stream_item_reply" => vec![None],
            _ => vec![operation.body()],
        }
    }

    fn chat(&self, stream: bool) -> Option<Value> {
        Some(json!({
            "model": "m",
            "messages": [{ "role": "user", "content": "Hello" }],
            "conversation": self.conversation,
            "stream": stream,
        }))
    }

    async fn call(&self, through: &TestApp, operation: &Operation, variant: usize) -> Answer {
        let parameters = operation.parameters();
        let ids: Vec<_> = parameters.iter().map(|p| self.named(p)).collect();
        let actor = through.bearing(self.actor.token.clone());
        let request = actor.request(operation.method.clone(), &operation.at(&ids));
        let body = self.bodies(operation).swap_remove(variant);
        match body {
            None => actor.sent(request).await,
            Some(body) => actor.sent(request.json(&body)).await,
        }
    }
}

/// An address that is still free.
fn email() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("d{}@example.com", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Whether the client was told of success. In a stream, its last event tells that.
pub(crate) fn is_acknowledged(answer: &Answer) -> bool {
    let success = (200..300).contains(&answer.status);
    match answer
        .header("content-type")
        .starts_with("text/event-stream")
    {
        true => ["[DONE]", "item.completed"]
            .iter()
            .any(|end| answer.text().contains(end)),
        false => success,
    }
}

/// How often an operation is called again that was answered 503 without a cut: on a busy machine it
/// may reach its time limit before its last statement.
const RETRIES: u32 = 5;

/// Waits until the service has asked its database something: on a busy machine it takes several attempts.
pub(crate) async fn until_ready(app: &TestApp) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while app.anon().get("/readyz").await.status != 200 {
        assert!(Instant::now() < deadline, "/readyz is never 200");
    }
}

/// Cuts at one of the operation's statements; returns the answer, and whether there was such a
/// statement.
async fn cut_once(
    operation: &Operation,
    variant: usize,
    plain: &TestApp,
    through: &TestApp,
    cutter: &Cutter,
    statement: i64,
) -> (Answer, bool) {
    let guest = Guest::of(plain, operation).await;
    // The statements of a new connection do not belong to the operation.
    until_ready(through).await;
    let before = cutter.cuts();
    cutter.cut_after(statement);
    let answer = guest.call(through, operation, variant).await;
    let was_cut = cutter.cuts() > before;
    cutter.let_all_through();
    (answer, was_cut)
}

/// Cuts at each of the operation's statements in turn; returns how many those are.
async fn cut_at_each(
    operation: &Operation,
    variant: usize,
    plain: &TestApp,
    through: &TestApp,
    cutter: &Cutter,
    early: &mut Vec<String>,
) -> i64 {
    for statement in 0.. {
        let (mut answer, mut was_cut) =
            cut_once(operation, variant, plain, through, cutter, statement).await;
        for _ in 0..RETRIES {
            if was_cut || answer.status != 503 {
                break;
            }
            (answer, was_cut) =
                cut_once(operation, variant, plain, through, cutter, statement).await;
        }
        let (name, status) = (&operation.name, answer.status);
        if !was_cut {
            assert!(
                is_acknowledged(&answer),
                "{name} answers {status} {}: say in durability/endpoints.rs how it is called",
                String::from_utf8_lossy(&answer.body)
            );
            return statement;
        }
        if is_acknowledged(&answer) {
            early.push(format!(
                "{name} ({variant}): {status} at statement {statement}"
            ));
        }
        assert!(status < 300 || status == 503, "{name} answers {status}");
    }
    unreachable!("an operation has statements without end")
}

/// Operations are shared among so many pairs of services: most of the time goes into waiting for answers.
const SERVICES: usize = 8;

/// Two services on one schema, of which one goes through a cutter.
struct Services {
    plain: TestApp,
    through: TestApp,
    cutter: Cutter,
}

impl Services {
    async fn start() -> Self {
        let schema = Schema::migrated().await;
        let cutter = Cutter::to(&schema).await;
        let proxied = cutter.schema(&schema);
        // One connection, so that every statement goes over the connection that is cut.
        let database = proxied.database(1);
        // Two services of one clock would give the same ids.
        let through = TestApp::serve(proxied, database, |parts| {
            parts.ids = Arc::new(RandomIds(SystemClock));
        });
        let database = schema.patient_database(4);
        let plain = TestApp::serve(schema, database, |_| {});
        Self {
            plain,
            through,
            cutter,
        }
    }

    /// The observations of some operations: their statements, and the answers that came too early.
    async fn cut_all(self, share: Vec<Operation>) -> (i64, Vec<String>) {
        let Self {
            plain,
            through,
            cutter,
        } = self;
        plain.account("all@example.com").await;
        // The service's own queries at its start are over, once its only connection is free: they would
        // take the first cut otherwise.
        until_ready(&through).await;
        let (mut seen, mut early) = (0, Vec::new());
        for operation in share {
            let variants = Guest::of(&plain, &operation).await.bodies(&operation).len();
            for variant in 0..variants {
                let statements =
                    cut_at_each(&operation, variant, &plain, &through, &cutter, &mut early).await;
                println!("{} ({variant}): {statements} statements", operation.name);
                assert!(statements > 0, "{} does not write", operation.name);
                seen += statements;
            }
        }
        (seen, early)
    }
}

#[tokio::test]
async fn no_endpoint_answers_before_the_database_has_committed() {
    let mut shares: Vec<Vec<Operation>> = (0..SERVICES).map(|_| Vec::new()).collect();
    let writing = operations().into_iter().filter(|o| o.method != Method::GET);
    for (number, operation) in writing.enumerate() {
        shares[number % SERVICES].push(operation);
    }
    // All of them are there before any is asked: starting one holds this thread up, and a request that it
    // has begun to send has a time limit.
    let mut cuts = Vec::new();
    for share in shares {
        cuts.push(Services::start().await.cut_all(share));
    }
    let (mut seen, mut early) = (0, Vec::new());
    for (statements, answers) in join_all(cuts).await {
        seen += statements;
        early.extend(answers);
    }
    assert!(early.is_empty(), "answered too early: {early:#?}");
    assert!(seen > 40, "only {seen} statements");
}
