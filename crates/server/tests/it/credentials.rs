//! Every operation × every way not to be allowed. The operations are those of the description, so
//! that a new one is part of this before anybody thinks of it.

use crate::answer::Answer;
use crate::app::{Actor, SECRET, TestApp, id};
use crate::operations::{Operation, operations};
use crate::rows;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::clock::Clock as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde_json::{Value, json};

/// Operations without credentials. Think before you add one.
const PUBLIC: [&str; 9] = [
    "get_health",
    "get_readiness",
    "get_shared_conversation",
    "get_version",
    "guest_login",
    "login",
    "logout",
    "refresh_token",
    "register",
];

/// Operations that an API key cannot use.
pub(crate) const PERSONS_ONLY: [&str; 8] = [
    "create_api_key",
    "delete_api_key",
    "delete_me",
    "delete_session",
    "delete_sessions",
    "list_sessions",
    "update_password",
    "upgrade",
];

/// Ids that are well-formed and were never given.
fn unknown(parameter: &str) -> String {
    match parameter {
        "conversation_id" => "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        "item_id" => "item_01ARZ3NDEKTSV4RRFFQ69G0001".to_owned(),
        "project_id" => "proj_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        "share_id" => "share_0LJnh1cJkq3vT8dY2mWfR6xLpZ9sBaNc".to_owned(),
        "key_id" => "key_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        "session_id" => "sess_01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(),
        "version" => "99".to_owned(),
        "model" => "unknown".to_owned(),
        new => panic!(
            "the path parameter {{{new}}} is new: say in credentials.rs what an unknown one looks \
             like (`unknown`), and how an owner comes by one (`Belongings`)"
        ),
    }
}

/// Ids that no object can have.
const MALFORMED: [&str; 5] = [
    "x",
    "conv_",
    "conv_81ARZ3NDEKTSV4RRFFQ69G5FAV",
    "item_01ARZ3NDEKTSV4RRFFQ69G5FA%20",
    "%F0%9F%92%A5",
];

/// The session of an owner who has not signed in, but holds a token.
pub(crate) async fn session(app: &TestApp, actor: &Actor) -> String {
    let me = actor.get("/auth/me").await.expect(200);
    let owner = rows::stored(&id(&me));
    let begin = format!(
        "insert into users (owner_id, kind, created_at) values ('{owner}', 0, now())
        on conflict do nothing;
        insert into refresh_tokens (digest, owner_id, family, created_at, expires_at)
        select sha256(f::text::bytea), '{owner}', f, now(), now() + interval '1 day'
        from gen_random_uuid() f
        returning family"
    );
    let family = app.schema.value(&begin).await;
    let number = u128::from_str_radix(&family.replace('-', ""), 16).unwrap();
    format!("sess_{}", ulid::Ulid(number))
}

/// The objects of one owner: one for each path parameter.
pub(crate) struct Belongings {
    conversation: String,
    item: String,
    project: String,
    share: String,
    key: String,
    session: String,
}

impl Belongings {
    pub(crate) async fn of(app: &TestApp, actor: &Actor) -> Self {
        let project = actor.project("Mine").await;
        let conversation = actor.conversation(json!({ "project_id": project })).await;
        let item = id(&actor.say(&conversation, "mine").await);
        let share = actor
            .share(&conversation, json!({ "read_only": false }))
            .await;
        Self {
            conversation,
            item,
            project,
            share,
            key: id(&actor.key("Mine").await),
            session: session(app, actor).await,
        }
    }

    pub(crate) fn named(&self, parameter: &str) -> String {
        match parameter {
            "conversation_id" => self.conversation.clone(),
            "item_id" => self.item.clone(),
            "project_id" => self.project.clone(),
            "share_id" => self.share.clone(),
            "key_id" => self.key.clone(),
            "session_id" => self.session.clone(),
            "version" => "1".to_owned(),
            new => unknown(new),
        }
    }
}

/// Calls an operation; the request id is always the same, so that answers can be compared.
pub(crate) async fn call(actor: &Actor, operation: &Operation, ids: &[String]) -> Answer {
    let request = actor.request(operation.method.clone(), &operation.at(ids));
    let request = request.header("x-request-id", "the-same");
    match operation.body() {
        None => actor.sent(request).await,
        Some(body) => actor.sent(request.json(&body)).await,
    }
}

fn claims(app: &TestApp) -> Value {
    let now = app.clock.now().timestamp();
    json!({
        "iss": "jan-conversations",
        "aud": "jan-conversations",
        "sub": "user_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "iat": now,
        "exp": now + 3_600,
    })
}

fn signed(claims: &Value, algorithm: Algorithm, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
}

/// A token that differs from a good one in these claims; null takes a claim away.
fn altered(app: &TestApp, changes: Value) -> String {
    let mut claims = claims(app);
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    signed(&claims, Algorithm::HS256, SECRET)
}

fn unsigned(app: &TestApp) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims(app).to_string());
    format!("{header}.{claims}.")
}

/// Headers that prove nothing: their name here, the code they get, and the header.
type Bad = (&'static str, &'static str, Vec<(HeaderName, String)>);

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

fn bearer(token: &str) -> Vec<(HeaderName, String)> {
    vec![(AUTHORIZATION, format!("Bearer {token}"))]
}

fn good(app: &TestApp) -> String {
    signed(&claims(app), Algorithm::HS256, SECRET)
}

/// Access tokens that are not good, and headers that are not whole.
fn bad_tokens(app: &TestApp) -> Vec<Bad> {
    let good = good(app);
    let now = app.clock.now().timestamp();
    let other_secret = "another secret, just as long as ours is";
    let twice = [bearer(&good), bearer(&good)].concat();
    let mut cases = vec![
        ("no token", "token_missing", vec![]),
        ("an empty token", "token_invalid", bearer("")),
        ("garbage", "token_invalid", bearer("garbage")),
        (
            "no scheme",
            "token_invalid",
            vec![(AUTHORIZATION, good.clone())],
        ),
        (
            "another scheme",
            "token_invalid",
            vec![(AUTHORIZATION, format!("Basic {good}"))],
        ),
        ("two headers", "token_invalid", twice),
        (
            "expired",
            "token_expired",
            bearer(&altered(app, json!({ "exp": now - 61 }))),
        ),
        (
            "not yet valid",
            "token_invalid",
            bearer(&altered(app, json!({ "nbf": now + 61 }))),
        ),
        (
            "another secret",
            "token_invalid",
            bearer(&signed(&claims(app), Algorithm::HS256, other_secret)),
        ),
        (
            "another algorithm",
            "token_invalid",
            bearer(&signed(&claims(app), Algorithm::HS512, SECRET)),
        ),
        ("no signature", "token_invalid", bearer(&unsigned(app))),
        (
            "a cut signature",
            "token_invalid",
            bearer(&good[..good.len() - 4]),
        ),
    ];
    for (name, changes) in [
        ("no sub", json!({ "sub": null })),
        ("no exp", json!({ "exp": null })),
        ("no aud", json!({ "aud": null })),
        ("no iss", json!({ "iss": null })),
        ("another audience", json!({ "aud": "somebody-else" })),
        ("another issuer", json!({ "iss": "somebody-else" })),
        ("an unknown sub", json!({ "sub": "alice" })),
        (
            "a sub of another kind",
            json!({ "sub": "conv_01ARZ3NDEKTSV4RRFFQ69G5FAV" }),
        ),
        ("an exp that is not a number", json!({ "exp": "tomorrow" })),
        (
            "a list of audiences",
            json!({ "aud": ["jan-conversations"] }),
        ),
    ] {
        cases.push((name, "token_invalid", bearer(&altered(app, changes))));
    }
    cases
}

/// API keys that are not good, each in both headers; two credentials at once; and whatever was of a
/// removed owner.
async fn bad_keys(app: &TestApp) -> Vec<Bad> {
    let alice = app.alice();
    let secret = |key: &Value| key["key"].as_str().unwrap().to_owned();
    let key = secret(&alice.key("Good").await);
    let brief = json!({ "name": "Brief", "expires_in": 60 });
    let brief = alice.post("/auth/api-keys", brief).await.expect(201);
    let revoked = alice.key("Revoked").await;
    let path = format!("/auth/api-keys/{}", id(&revoked));
    alice.delete(&path).await.expect_nothing(204);
    let (gone, session) = app.guest().await;
    let of_nobody = secret(&gone.key("Theirs").await);
    gone.delete("/auth/me").await.expect_nothing(204);
    app.clock.advance(TimeDelta::seconds(60));
    let good = good(app);
    let other = |prefix: &str| format!("{prefix}{}", &key[3..]);
    let mut cases: Vec<Bad> = Vec::new();
    for (name, key) in [
        ("an unknown key", format!("sk_{}", "7".repeat(43))),
        ("a key of another prefix", other("pk_")),
        ("a prefix in upper case", other("SK_")),
        ("a key that is too short", key[..45].to_owned()),
        ("a key that is too long", format!("{key}a")),
        ("a key of 8 kB", format!("sk_{}", "a".repeat(8_000))),
        ("only the prefix", "sk_".to_owned()),
        ("a key with an odd character", format!("{}-", &key[..45])),
        (
            "a key with a blank",
            format!("{} {}", &key[..20], &key[21..]),
        ),
        ("an expired key", secret(&brief)),
        ("a revoked key", secret(&revoked)),
        ("a key of a removed owner", of_nobody),
    ] {
        let known_as = match key.starts_with("sk_") {
            true => "api_key_invalid",
            false => "token_invalid",
        };
        cases.push((name, known_as, bearer(&key)));
        cases.push((name, "api_key_invalid", vec![(API_KEY, key)]));
    }
    for (name, key) in [
        ("a token as a key", good.clone()),
        ("an empty key", String::new()),
    ] {
        cases.push((name, "api_key_invalid", vec![(API_KEY, key)]));
    }
    let as_header = (API_KEY, key.clone());
    let of_bob = secret(&app.bob().key("Of bob").await);
    let of_removed = session["access_token"].as_str().unwrap();
    let more: [(&str, Vec<(HeaderName, String)>); 4] = [
        ("a token of a removed owner", bearer(of_removed)),
        (
            "a token and a key",
            [bearer(&good), vec![as_header.clone()]].concat(),
        ),
        (
            "a token and somebody else's key",
            [bearer(&good), vec![(API_KEY, of_bob)]].concat(),
        ),
        ("two keys", vec![as_header.clone(), as_header]),
    ];
    for (name, headers) in more {
        cases.push((name, "token_invalid", headers));
    }
    cases
}

#[tokio::test]
async fn the_tokens_of_these_tests_have_one_fault_each() {
    let app = TestApp::spawn().await;
    let now = app.clock.now().timestamp();
    // Within the 60 seconds that clocks may differ by, a token still counts.
    for changes in [
        json!({}),
        json!({ "nbf": now + 60 }),
        json!({ "exp": now - 59 }),
    ] {
        let actor = app.bearing(Some(altered(&app, changes)));
        actor.get("/v1/conversations").await.expect(200);
    }
}

/// As clients do that are generated by openapi-ts.
#[tokio::test]
async fn one_credential_in_every_header_is_one_credential() {
    let app = TestApp::spawn().await;
    let key = app.alice().key("Everywhere").await["key"].clone();
    for credential in [good(&app), key.as_str().unwrap().to_owned()] {
        let anon = app.anon();
        let mut request = anon.request(reqwest::Method::GET, "/v1/conversations");
        for (header, value) in [bearer(&credential), vec![(API_KEY, credential)]].concat() {
            request = request.header(header, value);
        }
        anon.sent(request).await.expect(200);
    }
}

#[tokio::test]
async fn no_operation_answers_without_a_good_token() {
    let app = TestApp::spawn().await;
    let anon = app.anon();
    let mut cases = bad_keys(&app).await;
    cases.extend(bad_tokens(&app));
    let mut seen = 0;
    for operation in operations().iter().filter(|o| o.is_secured()) {
        let ids: Vec<_> = operation.parameters().iter().map(|p| unknown(p)).collect();
        for (name, code, headers) in &cases {
            let mut request = anon.request(operation.method.clone(), &operation.at(&ids));
            for (header, value) in headers {
                request = request.header(header, value);
            }
            // A caller without credentials is not told about other mistakes.
            let answer = anon.sent(request.body("no JSON")).await;
            println!("{} with {name}", operation.name);
            answer.refused(code, None);
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
            seen += 1;
        }
    }
    assert!(seen > 1_000, "only {seen} cases");
}

#[tokio::test]
async fn every_operation_under_v1_asks_for_a_token_and_only_a_few_others_do_not() {
    for operation in operations() {
        let name = operation.name.as_str();
        if operation.is_secured() {
            assert!(
                !PUBLIC.contains(&name),
                "{name} is secured, and PUBLIC here"
            );
            continue;
        }
        assert!(
            !operation.path.starts_with("/v1"),
            "{name} ({}) is under /v1 and asks for no token: add \
             `security((\"bearer\" = []))` to its description and `Authenticated` to its handler",
            operation.path
        );
        assert!(
            PUBLIC.contains(&name),
            "{name} asks for no token: secure it, or, if anybody may call it, add it to PUBLIC in \
             credentials.rs"
        );
    }
}

#[tokio::test]
async fn every_operation_answers_the_owner() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    for operation in operations() {
        let parameters = operation.parameters();
        // The models are everybody's: they have a test of their own.
        if parameters.is_empty() || operation.name == "get_model" {
            continue;
        }
        let mine = Belongings::of(&app, &alice).await;
        let ids: Vec<_> = parameters.iter().map(|p| mine.named(p)).collect();
        let answer = call(&alice, &operation, &ids).await;
        assert!(
            (200..300).contains(&answer.status),
            "{} answers its owner {} {}: its example in the description must be a valid request, \
             or what credentials.rs says of its path parameters is wrong",
            operation.name,
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
}

/// The ids of a call in which the first `own` are alice's and the others come from elsewhere.
fn mixed(parameters: &[String], own: usize, mine: &Belongings, other: &[String]) -> Vec<String> {
    let mine = parameters[..own].iter().map(|p| mine.named(p));
    mine.chain(other[own..].iter().cloned()).collect()
}

#[tokio::test]
async fn foreign_objects_answer_like_unknown_ones() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let mine = Belongings::of(&app, &alice).await;
    let foreign = Belongings::of(&app, &bob).await;
    let before = app.schema.contents().await;
    let mut seen = 0;
    for operation in operations() {
        let parameters = operation.parameters();
        let unknown: Vec<_> = parameters.iter().map(|p| unknown(p)).collect();
        let foreign: Vec<_> = parameters.iter().map(|p| foreign.named(p)).collect();
        for own in 0..parameters.len() {
            println!("{} from {}", operation.name, parameters[own]);
            let ids = mixed(&parameters, own, &mine, &unknown);
            let never = call(&alice, &operation, &ids).await;
            assert_eq!(never.status, 404);
            never.failure(never.json()["error"]["code"].as_str().unwrap());

            // A version is a number within its item, without an owner of its own. A link is
            // for everybody who has it.
            let for_all = operation.path.starts_with("/conversations/share/");
            if parameters[own] != "version" && !for_all {
                let ids = mixed(&parameters, own, &mine, &foreign);
                let theirs = call(&alice, &operation, &ids).await;
                assert_same(&theirs, &never);
            }
            for malformed in MALFORMED {
                let mut ids = mixed(&parameters, own, &mine, &unknown);
                ids[own] = malformed.to_owned();
                let malformed = call(&alice, &operation, &ids).await;
                assert_eq!(malformed.status, never.status);
                assert_eq!(without_form(malformed.text()), never.text());
            }
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} cases");
    assert_eq!(app.schema.contents().await, before, "something was changed");
}

/// An answer without the sentence on the form of ids, which depends on the sent id alone.
pub(crate) fn without_form(answer: &str) -> String {
    let mut text = answer.to_owned();
    for sentence in [" Its id begins with", " Versions are numbered"] {
        while let Some(start) = text.find(sentence) {
            let end = start + text[start..].find('"').unwrap();
            text.replace_range(start..end, "");
        }
    }
    text
}

#[track_caller]
fn assert_same(one: &Answer, other: &Answer) {
    assert_eq!(one.status, other.status);
    let text = |answer: &Answer| String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(text(one), text(other));
    let headers = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("date");
        headers
    };
    assert_eq!(headers(one), headers(other));
}

#[tokio::test]
async fn foreign_objects_in_filters_and_bodies_answer_alike() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    let mine = Belongings::of(&app, &alice).await;
    let theirs = bob.project("Theirs").await;
    for project in [theirs.as_str(), &unknown("project_id"), "proj_x", ""] {
        let body = json!({ "project_id": project });
        let list = format!("/v1/conversations?project_id={project}");
        let path = format!("/v1/conversations/{}", mine.conversation);
        for answer in [
            alice.get(&list).await,
            alice.post("/v1/conversations", body.clone()).await,
            alice.patch(&path, body).await,
        ] {
            answer.refused("project_not_found", Some("project_id"));
        }
    }
}

#[tokio::test]
async fn lists_show_only_the_callers_objects() {
    let app = TestApp::spawn().await;
    let (alice, bob) = (app.alice(), app.bob());
    Belongings::of(&app, &bob).await;
    for operation in operations()
        .iter()
        .filter(|o| o.is_secured() && o.method == reqwest::Method::GET && o.parameters().is_empty())
        // Operations about the caller, which are not lists.
        .filter(|o| !["get_me", "get_settings"].contains(&o.name.as_str()))
    {
        // The models are everybody's.
        if operation.name == "list_models" {
            continue;
        }
        let path = match operation.name.as_str() {
            "list_search_hits" => format!("{}?q=mine", operation.path),
            _ => operation.path.clone(),
        };
        let seen = alice.get(&path).await.expect(200);
        assert_eq!(seen["data"], json!([]), "{}", operation.name);
        let seen = bob.get(&path).await.expect(200);
        assert_ne!(seen["data"], json!([]), "{}", operation.name);
    }
}

#[tokio::test]
async fn an_api_key_may_use_all_operations_except_those_for_persons() {
    let app = TestApp::spawn().await;
    let alice = app.alice();
    let key = alice.key("Good").await["key"].as_str().unwrap().to_owned();
    let by_bearer = app.bearing(Some(key.clone()));
    for operation in operations().iter().filter(|o| o.is_secured()) {
        println!("{}", operation.name);
        let forbidden = PERSONS_ONLY.contains(&operation.name.as_str());
        assert_eq!(
            operation.takes_keys(),
            !forbidden,
            "the description of {} and PERSONS_ONLY differ",
            operation.name
        );
        // Not for each of the two: an owner may have 100 keys.
        let mine = Belongings::of(&app, &alice).await;
        for in_header in [false, true] {
            let parameters = operation.parameters();
            let ids: Vec<_> = parameters.iter().map(|p| mine.named(p)).collect();
            let answer = match in_header {
                false => call(&by_bearer, operation, &ids).await,
                true => {
                    let request = app
                        .anon()
                        .request(operation.method.clone(), &operation.at(&ids));
                    let request = request.header(API_KEY, &key);
                    let request = match operation.body() {
                        None => request,
                        Some(body) => request.json(&body),
                    };
                    app.anon().sent(request).await
                }
            };
            match forbidden {
                true => answer.refused("api_key_not_allowed", None),
                // The examples of bodies name objects that are not there.
                false => assert!(![401, 403].contains(&answer.status), "{}", answer.status),
            }
        }
    }
}
