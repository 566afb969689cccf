use crate::app::TestApp;
use reqwest::Method;
use reqwest::header::IF_NONE_MATCH;
use serde_json::{Value, json};

#[tokio::test]
async fn it_is_served_from_the_binary() {
    let app = TestApp::spawn().await;
    let page = app.anon().get("/docs/").await;
    assert_eq!(page.status, 200);
    let html = page.text();
    assert!(html.contains("swagger-ui") && !html.contains("//cdn") && !html.contains("https://"));
    for file in [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-initializer.js",
    ] {
        let file = app.anon().get(&format!("/docs/{file}")).await;
        assert_eq!(file.status, 200);
    }
    let script = app.anon().get("/docs/swagger-initializer.js").await;
    let script = script.text();
    assert!(script.contains("/openapi.json"), "{script}");
    assert!(script.contains("validatorUrl: \"none\""), "{script}");
    // A token that is typed stays in the tab; the browser's check sees it work.
    assert!(
        script.contains("persistAuthorization: false") && !script.contains("localStorage."),
        "{script}"
    );
}

#[tokio::test]
async fn its_address_may_lack_the_slash() {
    let app = TestApp::spawn().await;
    let answer = app.anon().get("/docs").await;
    assert_eq!((answer.status, answer.header("location")), (307, "/docs/"));
}

#[tokio::test]
async fn the_document_it_shows_is_that_of_the_code() {
    let app = TestApp::spawn().await;
    let shown = app.anon().get("/openapi.json").await.expect(200);
    let mut code = crate::operations::document().clone();
    let server = &shown["servers"][0]["url"];
    assert!(
        server.as_str().unwrap().starts_with("http://127.0.0.1:"),
        "it names the address it was asked at: {server}"
    );
    code["servers"] = shown["servers"].clone();
    assert_eq!(shown, code);
}

/// Whether a value, or something within it, is as asked.
fn any(value: &Value, asked: &dyn Fn(&Value) -> bool) -> bool {
    asked(value)
        || match value {
            Value::Array(values) => values.iter().any(|value| any(value, asked)),
            Value::Object(fields) => fields.values().any(|value| any(value, asked)),
            _ => false,
        }
}

#[tokio::test]
async fn tools_that_stop_at_openapi_3_0_have_a_document_of_their_own() {
    let app = TestApp::spawn().await;
    let document = app.anon().get("/openapi-3.0.json").await.expect(200);
    assert_eq!(document["openapi"], "3.0.3");
    let title = &document["components"]["schemas"]["Conversation"]["properties"]["title"];
    assert_eq!(
        (&title["type"], &title["nullable"]),
        (&json!("string"), &json!(true))
    );
    let text = document.to_string();
    for unknown in [
        "\"type\":[",
        "propertyNames",
        "\"type\":\"null\"",
        "\"identifier\"",
    ] {
        assert!(!text.contains(unknown), "{unknown} is not of 3.0");
    }
    // `nullable` counts beside a `type` alone.
    let nullable_without_type =
        |object: &Value| object["nullable"] == true && object["type"].is_null();
    assert!(!any(&document, &nullable_without_type));
    let paths = crate::operations::document()["paths"].as_object().unwrap();
    assert_eq!(document["paths"].as_object().unwrap().len(), paths.len());
}

#[tokio::test]
async fn built_in_files_are_sent_once() {
    let app = TestApp::spawn().await;
    let anybody = app.anon();
    let html = anybody.request(Method::GET, "/conversations/share/x");
    let page = anybody.sent(html.header("accept", "text/html")).await;
    let assets = page.text().split("../..").skip(1);
    let assets = assets.map(|rest| rest.split('"').next().unwrap().to_owned());
    let mut tags = std::collections::BTreeSet::new();
    for path in [
        "/",
        "/openapi.json",
        "/openapi-3.0.json",
        "/docs/",
        "/docs/errors",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(
        [
            "index.css",
            "swagger-ui-bundle.js",
            "swagger-initializer.js",
        ]
        .map(|file| format!("/docs/{file}")),
    )
    .chain(assets)
    {
        println!("{path}");
        let first = anybody.get(&path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.len() > 10 && tag.starts_with('"') && tags.insert(tag.clone()));
        assert!(first.status == 200 && first.body.len() > 100);
        for (known, status) in [
            (tag.clone(), 304),
            (format!("\"other\", W/{tag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            for method in [Method::GET, Method::HEAD] {
                let request = anybody.request(method.clone(), &path);
                let again = anybody.sent(request.header(IF_NONE_MATCH, &known)).await;
                assert_eq!((again.status, again.header("etag")), (status, tag.as_str()));
                assert_eq!(again.header("cache-control"), first.header("cache-control"));
                let is_sent = status == 200 && method == Method::GET;
                assert_eq!(again.body.is_empty(), !is_sent);
            }
        }
    }
    assert_eq!(tags.len(), 11);
}
