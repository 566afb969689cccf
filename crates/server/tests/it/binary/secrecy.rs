//! The log at its loudest has neither contents nor credentials: a marker goes into every place for a client's
//! text, in every operation.

use crate::app::{Actor, PASSWORD, SECRET, id};
use crate::operations::{Operation, operations};
use crate::process::{Process, Scratch};
use crate::provider::{Provider, says};
use serde_json::{Value, json};

/// In every text that is sent.
const MARKER: &str = "Zx7-canary-of-content";

/// The model's reply.
const REPLY: &str = "Qv3-canary-of-a-reply";

/// All there is, and each library by name that could tell more.
const LOUDEST: &str = "trace,html5ever=trace,markup5ever=trace,tokio_postgres=trace,hyper=trace,\
    hyper_util=trace,reqwest=trace,rustls=trace,actix_http=trace,actix_web=trace,\
    actix_server=trace,actix_router=trace,mio=trace,diesel=trace,diesel_async=trace,tracing=trace";

/// The caller's objects, by the names of parameters in paths.
struct Ids(Vec<(&'static str, String)>);

impl Ids {
    fn of(&self, operation: &Operation) -> Vec<String> {
        let named = |parameter: &String| {
            let mut known = self.0.iter().filter(|(name, _)| name == parameter);
            known.next().map_or(MARKER.to_owned(), |(_, id)| id.clone())
        };
        operation.parameters().iter().map(named).collect()
    }
}

/// The marker in every text of a body that is not one of a set of words.
fn marked(value: &mut Value) {
    const WORDS: [&str; 9] = [
        "role",
        "email",
        "model",
        "conversation",
        "project_id",
        "refresh_token",
        "type",
        "conversation_ids",
        "call_id",
    ];
    match value {
        Value::String(text) => *text = format!("<b class=\"{MARKER}\">{MARKER}</b> {text}"),
        Value::Array(all) => all.iter_mut().for_each(marked),
        Value::Object(fields) => {
            let free = fields
                .iter_mut()
                .filter(|(name, _)| !WORDS.contains(&name.as_str()));
            free.for_each(|(_, value)| marked(value));
        }
        _ => {}
    }
}

/// Calls an operation in all ways that bring something to it.
async fn call(actor: &Actor, operation: &Operation, ids: &Ids) {
    let path = operation.at(&ids.of(operation));
    let request = |path: &str| actor.request(operation.method.clone(), path);
    let mut bodies = Vec::new();
    if let Some(mut body) = operation.body() {
        marked(&mut body);
        bodies.push(body.to_string());
        if let Some(fields) = body.as_object_mut() {
            fields.insert(MARKER.to_owned(), json!(MARKER));
            bodies.push(body.to_string());
        }
        bodies.push(format!("{{\"{MARKER}\": \"{MARKER}"));
    }
    for body in bodies {
        let sent = request(&path).header("content-type", "application/json");
        actor.sent(sent.body(body)).await;
    }
    let everywhere = vec![MARKER.to_owned(); operation.parameters().len()];
    let odd = operation.at(&everywhere);
    for path in [
        format!(
            "{path}?{MARKER}={MARKER}&after={MARKER}&call_id={MARKER}&q={MARKER}&limit={MARKER}"
        ),
        format!("{path}?after={MARKER}"),
        format!("{path}?call_id={MARKER}"),
        odd,
    ] {
        actor.sent(request(&path)).await;
    }
    let header = |name: &str, value: String| request(&path).header(name, value);
    for sent in [
        header("x-api-key", format!("sk_{MARKER}")),
        header("cookie", MARKER.to_owned()),
        header("content-type", format!("text/{MARKER}")),
        header("accept", "text/html".to_owned()),
    ] {
        actor.sent(sent).await;
    }
}

/// Operations that come last: a removed user cannot call others.
fn ends_all(operation: &Operation) -> bool {
    operation.method == "DELETE" || operation.name == "logout"
}

/// A guest with something of each kind, in which the markers are: their ids, and the secrets.
async fn settled(process: &Process) -> (Actor, Ids, Vec<String>) {
    let anon = process.anon();
    let session = anon.post("/auth/guest-login", json!({})).await.expect(201);
    let secret = |session: &Value, name: &str| session[name].as_str().unwrap().to_owned();
    let access = secret(&session, "access_token");
    let actor = Actor::of(&process.url, Some(access.clone()));
    let account = json!({ "email": "a@canary.example", "password": PASSWORD, "name": MARKER });
    anon.post("/auth/register", account).await.expect(201);
    let spent = secret(&session, "refresh_token");
    let next = anon
        .post("/auth/refresh-token", json!({ "refresh_token": spent }))
        .await
        .expect(200);
    let key = actor.key(MARKER).await;
    let project = actor.project(MARKER).await;
    let body = json!({ "title": MARKER, "metadata": { MARKER: MARKER }, "project_id": project });
    let conversation = actor.conversation(body).await;
    let hostile = format!("{MARKER} <i>{MARKER}</i> <svg {MARKER}=\"1\"><table>{MARKER}");
    let item = id(&actor.say(&conversation, &hostile).await);
    let items = format!("/v1/conversations/{conversation}/items");
    for (content, status) in [(MARKER, 201), (REPLY, 409)] {
        let twin = json!({ "role": "user", "content": content, "call_id": MARKER });
        assert_eq!(actor.post(&items, twin).await.status, status);
    }
    let share = actor
        .share(&conversation, json!({ "read_only": false }))
        .await;
    let (_, name) = share.split_once('_').unwrap();
    let secrets = vec![
        access,
        spent,
        secret(&next, "refresh_token"),
        secret(&next, "access_token"),
        secret(&key, "key"),
        name.to_owned(),
        conversation.clone(),
        item.clone(),
        "a@canary.example".to_owned(),
    ];
    let ids = Ids(vec![
        ("conversation_id", conversation),
        ("item_id", item),
        ("project_id", project),
        ("share_id", share),
        ("key_id", id(&key)),
        ("version", "1".to_owned()),
    ]);
    (actor, ids, secrets)
}

/// A text as a library may have written it: as it is, in bytes, in hexadecimal digits.
fn forms(text: &str) -> [String; 3] {
    let bytes = text.bytes();
    [
        text.to_owned(),
        bytes.clone().map(|byte| format!("{byte}, ")).collect(),
        bytes.map(|byte| format!("{byte:02x}")).collect(),
    ]
}

#[tokio::test]
async fn the_loudest_log_has_no_contents_and_no_secrets() {
    let scratch = Scratch::new();
    let provider = Provider::that(says(&[REPLY]));
    let settings = [
        ("LOG_LEVEL", LOUDEST),
        ("LOG_FORMAT", "json"),
        ("JWT_SECRET", SECRET),
        ("REGISTRATION_LIMIT", "off"),
        ("GUEST_LIMIT", "off"),
        ("SHARE_LIMIT", "off"),
        ("KEY_LIMIT", "off"),
        ("LLM_BASE_URL", &provider.url()),
        ("LLM_API_KEY", "canary-of-a-key"),
    ];
    let process = Process::embedded(&scratch, &settings).await;
    process.ready().await;
    let (actor, ids, mut secrets) = settled(&process).await;
    let share = ids.of(operations()
        .iter()
        .find(|one| one.path.contains("{share_id}"))
        .unwrap());
    let page = format!("/conversations/share/{}", share.last().unwrap());
    let shown = process.anon().get(&format!("{page}?format=html")).await;
    assert!(shown.text().contains(MARKER), "{}", shown.text());
    let (last, first): (Vec<_>, Vec<_>) = operations().into_iter().partition(ends_all);
    for operation in first.iter().chain(&last) {
        call(&actor, operation, &ids).await;
        let stranger = Actor::of(&process.url, Some(format!("{MARKER}.{MARKER}.x")));
        stranger
            .call(operation.method.clone(), &operation.at(&ids.of(operation)))
            .await;
    }
    process.anon().get(&format!("/docs/{MARKER}")).await;
    process.anon().get("/version").await.expect(200);
    process.log.line("\"/version\"").await;

    let asked = provider.asked();
    assert!(asked.iter().any(|asked| asked.body.contains(MARKER)));
    secrets.extend([MARKER, REPLY, SECRET, PASSWORD, "canary-of-a-key"].map(str::to_owned));
    let mut lines = process.log.lines();
    assert!(lines.len() > 300, "{}", lines.len());
    // The database's own log has its refusals.
    let database = std::fs::read_to_string(scratch.path().join("postgres.log")).unwrap();
    assert!(database.contains("duplicate key"), "{database}");
    lines.extend(database.lines().map(str::to_owned));
    for form in secrets.iter().flat_map(|secret| forms(secret)) {
        if let Some(line) = lines.iter().find(|line| line.contains(&form)) {
            panic!("{form} is in the log: {line}");
        }
    }
}
