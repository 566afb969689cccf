//! The program as people and operators use it: its messages, its start, its stop.

mod deaf;
mod reset_password;
mod secrecy;
mod stopping;

use crate::app::{Actor, SECRET, id};
use crate::db::Schema;
use crate::process::{PATIENCE, Process, Scratch, output, program, text};
use crate::provider::{Provider, answers};
use clap::CommandFactory as _;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use tokio::time::timeout;

/// The one sentence with which the program gave up.
async fn refusal(arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let run = output(arguments, settings).await;
    let said = text(&run.stderr).trim_end();
    assert_eq!(run.status.code(), Some(1), "{said}");
    // The lines that it logged are not part of the answer.
    let told: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("jan-conversations: "))
        .collect();
    assert_eq!(told.len(), 1, "{said}");
    assert!(said.ends_with(told[0]) && told[0].ends_with('.'), "{said}");
    told[0].to_owned()
}

#[tokio::test]
async fn the_first_lines_of_the_log_have_the_facts_that_people_need() {
    let scratch = Scratch::new();
    // The very first start: the others find a cluster.
    let directory = scratch.path().to_str().unwrap();
    let process = Process::serve(&[("DATA_DIR", directory)]).await;
    process.log.line("a token: jan-conversations token").await;
    let directory = scratch.path().display();
    let lines = process.log.lines();
    let place = |part: &str| lines.iter().position(|line| line.contains(part));
    let named = process.url.replace("127.0.0.1", "localhost");
    let expected = [
        format!("listening on {named}"),
        format!("data: embedded, in {directory}"),
        format!("Swagger UI: {named}/docs/"),
        format!("a token: curl -X POST {named}/auth/guest-login"),
    ];
    let places: Vec<_> = expected
        .iter()
        .map(|part| place(part).expect(part))
        .collect();
    assert!(places.is_sorted() && places[3] < 8, "{lines:#?}");
    // And all of it is true.
    let session = process
        .anon()
        .post("/auth/guest-login", json!({}))
        .await
        .expect(201);
    let token = session["access_token"].as_str().map(str::to_owned);
    Actor::of(&process.url, token).conversation(json!({})).await;
    assert_eq!(process.anon().get("/docs/").await.status, 200);
}

#[tokio::test]
async fn faults_of_the_model_provider_or_of_links_are_logged_at_the_start() {
    let provider = Provider::that(answers("404 Not Found", "", "404 page not found"));
    let url = provider.url();
    let scratch = Scratch::new();
    let settings = [
        ("LLM_BASE_URL", url.as_str()),
        ("LLM_API_KEY", "sk-very-secret"),
        ("HTTP_HOST", "0.0.0.0"),
    ];
    let process = Process::embedded(&scratch, &settings).await;
    let asked = format!("GET {url}/models answered 404");
    let line = process.log.line_with(&["WARN", &asked]).await;
    assert!(line.contains("LLM_BASE_URL"), "{line}");
    process.log.line_with(&["WARN", "Set PUBLIC_URL"]).await;
    let lines = process.log.lines();
    let about = lines
        .iter()
        .filter(|line| line.contains("the model provider:"));
    assert_eq!(about.count(), 1, "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("sk-very-secret")));
}

#[tokio::test]
async fn a_token_is_always_that_of_the_same_owner() {
    let scratch = Scratch::new();
    let directory = scratch.path().to_str().unwrap();
    let token = async || {
        let run = output(&["token"], &[("DATA_DIR", directory)]).await;
        assert_eq!(run.status.code(), Some(0));
        assert_eq!(text(&run.stderr), "");
        let token = text(&run.stdout).strip_suffix('\n').unwrap().to_owned();
        assert!(!token.contains(char::is_whitespace));
        token
    };
    // Even before there is a service.
    let before = token().await;
    let mut process = Process::embedded(&scratch, &[]).await;
    let conversation = Actor::of(&process.url, Some(before))
        .conversation(json!({}))
        .await;
    let path = format!("/v1/conversations/{conversation}");
    Actor::of(&process.url, Some(token().await))
        .get(&path)
        .await
        .expect(200);
    process.signal(Signal::SIGINT);
    assert_eq!(process.ended().await.code(), Some(0));
    let process = Process::embedded(&scratch, &[]).await;
    Actor::of(&process.url, Some(token().await))
        .get(&path)
        .await
        .expect(200);

    let external = [("DATABASE_URL", "postgres://a@b/c"), ("JWT_SECRET", SECRET)];
    assert!(
        refusal(&["token"], &external)
            .await
            .contains("DATABASE_URL")
    );
}

#[tokio::test]
async fn a_second_instance_on_the_same_data_is_refused() {
    let scratch = Scratch::new();
    let directory = scratch.path().to_str().unwrap();
    let process = Process::embedded(&scratch, &[]).await;
    for command in [
        ["serve", "--http-port", "0"],
        ["migrate", "--http-port", "0"],
    ] {
        let said = refusal(&command, &[("DATA_DIR", directory)]).await;
        assert!(
            said.contains(directory) && said.contains("in use by another instance"),
            "{said}"
        );
    }
    // The first one was not affected.
    process.anon().get("/readyz").await.expect(200);
}

#[tokio::test]
async fn a_second_instance_is_refused_also_where_the_lock_was_removed() {
    let scratch = Scratch::new();
    let directory = scratch.path().to_str().unwrap();
    let process = Process::embedded(&scratch, &[]).await;
    let postmaster = scratch.postmaster();
    for left in ["lock", "postgres/postmaster.pid"] {
        std::fs::remove_file(scratch.path().join(left)).unwrap();
        let command = ["serve", "--port", "0", "--host", "127.0.0.1"];
        let said = refusal(&command, &[("DATA_DIR", directory)]).await;
        assert!(said.contains("in use by another instance"), "{said}");
        if left == "lock" {
            assert_eq!(scratch.postmaster(), postmaster);
        }
        process.anon().get("/readyz").await.expect(200);
    }
}

#[tokio::test]
async fn a_secret_that_others_can_read_stops_the_start() {
    let scratch = Scratch::new();
    let directory = scratch.path().to_str().unwrap();
    output(&["token"], &[("DATA_DIR", directory)]).await;
    let secret = scratch.path().join("jwt_secret");
    std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o644)).unwrap();
    for command in ["token", "serve"] {
        let settings = [("DATA_DIR", directory), ("HTTP_PORT", "0")];
        let said = refusal(&[command], &settings).await;
        assert!(
            said.contains("jwt_secret") && said.contains("mode 644"),
            "{said}"
        );
    }
    std::fs::remove_file(&secret).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &secret).unwrap();
    let said = refusal(&["token"], &[("DATA_DIR", directory)]).await;
    assert!(said.contains("not a regular file"), "{said}");
    std::fs::remove_file(&secret).unwrap();
    let endless = [("DATA_DIR", directory), ("SSL_CERT_FILE", "/dev/zero")];
    let said = refusal(&["serve"], &endless).await;
    assert!(said.contains("SSL_CERT_FILE"), "{said}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let scratch = Scratch::new();
    let directory = scratch.path().to_str().unwrap();
    let settings = [("HTTP_PORT", port.as_str()), ("DATA_DIR", directory)];
    let said = refusal(&["serve"], &settings).await;
    assert!(said.contains("HTTP_PORT") && said.contains(&port), "{said}");
    assert!(
        !scratch.path().exists(),
        "it has begun with the database all the same"
    );
}

#[tokio::test]
async fn a_bad_value_is_refused_in_one_sentence_that_names_the_variable() {
    let secret = ("JWT_SECRET", SECRET);
    for (variable, value, more) in [
        ("HTTP_HOST", "nowhere", None),
        ("HTTP_PORT", "70000", None),
        ("HTTP_PORT", "http", None),
        ("PUBLIC_URL", "ftp://example.org", None),
        ("DATABASE_URL", "mysql://a", Some(secret)),
        (
            "DATABASE_URL",
            "postgres://a@b/c?sslmode=maybe",
            Some(secret),
        ),
        ("DATABASE_POOL_SIZE", "0", None),
        ("JWT_SECRET", "too short", None),
        ("GUEST_LOGIN", "perhaps", None),
        ("CORS_ALLOWED_ORIGINS", "example.org", None),
        ("TRUSTED_PROXIES", "10.0.0.0/99", None),
        ("LOG_LEVEL", "info,=x=", None),
        ("LOG_FORMAT", "xml", None),
        ("PG_BIN", "/nowhere", None),
    ] {
        let scratch = Scratch::new();
        let directory = scratch.path().to_str().unwrap();
        let mut settings = vec![
            ("DATA_DIR", directory),
            ("HTTP_PORT", "0"),
            (variable, value),
        ];
        settings.extend(more);
        let said = refusal(&["serve"], &settings).await;
        println!("{said}");
        assert!(said.contains(variable), "{said}");
        // A flag is the same setting.
        let flag = format!("--{}={value}", variable.to_lowercase().replace('_', "-"));
        settings.retain(|(name, _)| *name != variable);
        assert_eq!(refusal(&["serve", &flag], &settings).await, said);
    }
    let without = [("DATABASE_URL", "postgres://a@b/c")];
    assert!(refusal(&["serve"], &without).await.contains("JWT_SECRET"));
    // A value that may be a secret is not repeated.
    let secret = [
        ("DATABASE_URL", "postgres://me:hunter2@b:x/c"),
        ("JWT_SECRET", SECRET),
    ];
    assert!(!refusal(&["serve"], &secret).await.contains("hunter2"));
}

#[tokio::test]
async fn help_lists_every_setting_with_its_default() {
    let run = output(&["--help"], &[("JWT_SECRET", SECRET)]).await;
    assert_eq!(run.status.code(), Some(0));
    let help = text(&run.stdout);
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let command = server::cli::Cli::command();
    let mut variables = 0;
    for argument in command.get_arguments() {
        let Some(variable) = argument.get_env() else {
            continue;
        };
        variables += 1;
        let variable = variable.to_str().unwrap();
        let flag = format!("--{}", argument.get_long().unwrap());
        let (_, rest) = words.split_once(&format!("{flag} <")).expect(&flag);
        let (own, _) = rest
            .split_once(&format!("[env: {variable}"))
            .expect(variable);
        assert!(
            own.contains("[default: "),
            "{variable} has no default: {own}"
        );
        assert!(!own.contains(" --"), "{variable}: {own}");
    }
    assert!(variables >= 13, "{variables}");
    for command in ["serve", "migrate", "openapi", "token", "reset-password"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
    }
    assert!(!words.contains(SECRET));
}

#[tokio::test]
async fn the_document_needs_no_database_and_no_settings() {
    let run = output(&["openapi"], &[("HTTP_PORT", "nonsense")]).await;
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(document, *crate::operations::document());
}

#[tokio::test]
async fn migrate_brings_the_schema_up_to_date_and_has_no_effect_the_second_time() {
    let schema = Schema::empty().await;
    let settings = [("DATABASE_URL", schema.url()), ("JWT_SECRET", SECRET)];
    let first = output(&["migrate"], &settings).await;
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    assert!(
        text(&first.stdout).starts_with("Applied: "),
        "{}",
        text(&first.stdout)
    );
    let before = schema.contents().await;
    assert!(!before.is_empty());
    let second = output(&["migrate"], &settings).await;
    assert_eq!(second.status.code(), Some(0));
    assert_eq!(text(&second.stdout), "The schema was up to date.\n");
    assert_eq!(schema.contents().await, before);
    let process = Process::external(schema.url(), &[]).await;
    process.ready().await;
}

/// Texts that must never be in a log: contents, credentials, raw addresses.
const CONTENT: &str = "CANARY-of-content";

/// Requests of all kinds with the canary in every place for a client's text; returns the ids of the new
/// objects.
async fn say_much(guest: &Actor) -> [String; 3] {
    let project = guest.project(CONTENT).await;
    let body = json!({ "title": CONTENT, "metadata": { CONTENT: CONTENT } });
    let conversation = guest.conversation(body).await;
    let item = id(&guest.say(&conversation, CONTENT).await);
    let items = format!("/v1/conversations/{conversation}/items");
    let named = json!({ "role": "user", "content": CONTENT, "call_id": CONTENT });
    guest.post(&items, named.clone()).await.expect(201);
    guest.post(&items, named).await.expect(200);
    let odd = json!({ "role": CONTENT, "content": CONTENT, CONTENT: 1 });
    guest.post(&items, odd).await.failure("unknown_field");
    for path in [
        format!("{items}/{item}"),
        format!("{items}?call_id={CONTENT}"),
        format!("/v1/conversations?after={CONTENT}"),
        format!("/v1/conversations?{CONTENT}={CONTENT}"),
        format!("/v1/projects/{project}"),
        format!("/v1/projects/{CONTENT}"),
        format!("/{CONTENT}"),
        format!("/{CONTENT}/%ff"),
        format!("/conversations/share/{CONTENT}"),
        format!("/docs/{CONTENT}"),
    ] {
        guest.get(&path).await;
    }
    guest
        .patch("/healthz", json!({ "x": CONTENT }))
        .await
        .refused("method_not_allowed", None);
    [project, conversation, item]
}

#[tokio::test]
async fn the_log_has_each_request_without_its_contents() {
    let schema = Schema::empty().await;
    let settings = [
        ("LOG_FORMAT", "json"),
        ("GUEST_LOGIN", "true"),
        ("LOG_LEVEL", "debug"),
    ];
    let mut process = Process::external(schema.url(), &settings).await;
    process.ready().await;
    let session = process
        .anon()
        .post("/auth/guest-login", json!({}))
        .await
        .expect(201);
    let access = session["access_token"].as_str().unwrap().to_owned();
    let refresh = session["refresh_token"].as_str().unwrap().to_owned();
    let guest = Actor::of(&process.url, Some(access.clone()));
    let ids = say_much(&guest).await;
    let body = json!({ "refresh_token": refresh });
    let next = process
        .anon()
        .post("/auth/refresh-token", body)
        .await
        .expect(200);
    let unknown = json!({ "refresh_token": format!("rt_{}", "7".repeat(43)) });
    process
        .anon()
        .post("/auth/refresh-token", unknown)
        .await
        .failure("refresh_token_invalid");
    let forged = Actor::of(&process.url, Some(format!("{CONTENT}.x.y")));
    forged
        .get("/v1/conversations")
        .await
        .failure("token_invalid");
    process.signal(Signal::SIGTERM);
    process.ended().await;
    process.log.line("\"stopped\"").await;

    let lines = process.log.lines();
    let log = lines.join("\n");
    let next = next["refresh_token"].as_str().unwrap();
    let ids = ids.iter().map(String::as_str);
    let secrets = [CONTENT, &access, &refresh, next, SECRET, schema.url()];
    for secret in ids.chain(secrets) {
        if let Some(line) = lines.iter().find(|line| line.contains(secret)) {
            panic!("{secret} is in the log: {line}");
        }
    }
    assert!(log.len() > 1_000, "{log}");
    let parsed: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let owner = session["user"]["id"].as_str().unwrap();
    assert_requests(&parsed, owner);
}

/// Every request has its line: method, template, status, time, id, owner.
fn assert_requests(lines: &[Value], owner: &str) {
    let requests: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] == "request")
        .collect();
    let field = |line: &Value, name: &str| match &line["span"][name] {
        Value::Null => line[name].clone(),
        value => value.clone(),
    };
    for line in &requests {
        for name in [
            "method",
            "route",
            "status",
            "milliseconds",
            "request_id",
            "client",
        ] {
            assert_ne!(field(line, name), Value::Null, "{name} of {line}");
        }
        let template = field(line, "route").as_str().unwrap().to_owned();
        let private = template.starts_with("/v1");
        if private && field(line, "status") != 401 {
            assert_eq!(field(line, "owner_id"), owner, "{line}");
        }
    }
    let seen = |method: &str, route: &str, status: u16| {
        let is = |line: &&&Value| {
            field(line, "method") == method
                && field(line, "route") == route
                && field(line, "status") == status
        };
        requests.iter().filter(is).count()
    };
    assert_eq!(seen("POST", "/v1/conversations", 201), 1);
    assert_eq!(
        seen("POST", "/v1/conversations/{conversation_id}/items", 201),
        2
    );
    assert_eq!(
        seen("POST", "/v1/conversations/{conversation_id}/items", 200),
        1
    );
    assert_eq!(
        seen("POST", "/v1/conversations/{conversation_id}/items", 400),
        1
    );
    assert_eq!(
        seen(
            "GET",
            "/v1/conversations/{conversation_id}/items/{item_id}",
            200
        ),
        1
    );
    assert_eq!(seen("GET", "/v1/conversations", 401), 1);
    assert_eq!(seen("POST", "/auth/refresh-token", 401), 1);
    assert_eq!(seen("GET", "(none)", 404), 1);
    assert_eq!(seen("GET", "/conversations/share/{share_id}", 404), 1);
}

#[tokio::test]
async fn a_command_tells_of_the_settings_it_goes_by() {
    for (command, told, not) in [
        ("migrate", "--database-url", "--http-port"),
        ("token", "--data-dir", "--database-url"),
        ("reset-password", "--stdin", "--llm-model"),
        ("openapi", "--help", "--data-dir"),
        ("serve", "--http-port", "--stdin"),
    ] {
        let run = output(&[command, "--help"], &[]).await;
        let help = text(&run.stdout);
        assert!(help.contains(told) && !help.contains(not), "{help}");
    }
    // Settings of the service beside it are not mistakes.
    let run = output(&["openapi", "--http-port", "1"], &[]).await;
    assert_eq!(run.status.code(), Some(0));
    let help = text(&output(&["--help"], &[]).await.stdout).to_owned();
    for heading in ["Server", "Database", "Accounts", "Limits", "Model", "Log"] {
        assert!(help.contains(&format!("\n{heading}:\n")), "{heading}");
    }
}

#[tokio::test]
async fn a_reader_that_stops_ends_a_command_quietly() {
    let scratch = Scratch::new();
    let schema = Schema::empty().await;
    let embedded = [("DATA_DIR", scratch.path().to_str().unwrap())];
    let external = [("DATABASE_URL", schema.url()), ("JWT_SECRET", SECRET)];
    type Settings<'a> = &'a [(&'a str, &'a str)];
    let commands: [(&[&str], Settings<'_>); 6] = [
        (&["openapi"], &[]),
        (&["token"], &embedded),
        (&["migrate"], &external),
        (&["migrate"], &external),
        (&["--help"], &[]),
        (&["--version"], &[]),
    ];
    for (arguments, settings) in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let run = program(arguments, settings).stdout(writer).output();
        let run = timeout(PATIENCE, run).await.expect("it ends").unwrap();
        let said = text(&run.stderr);
        assert_eq!(run.status.code(), Some(0), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
}
