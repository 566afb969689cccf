//! Addresses that do not exist, and methods that an address does not take.

use crate::app::TestApp;
use crate::operations::operations;
use reqwest::Method;
use std::collections::BTreeMap;

#[tokio::test]
async fn an_unknown_address_is_not_found() {
    let app = TestApp::spawn().await;
    for path in [
        "/nowhere",
        "/v1",
        "/v1/",
        "/v1/nowhere",
        "/v2/conversations",
        "/V1/conversations",
        "/v1/conversations/",
        "/v1//conversations",
        "/v1/conversations/conv_01ARZ3NDEKTSV4RRFFQ69G5FAV/nowhere",
        "/auth",
        "/auth/nowhere",
        "/healthz/",
        "/index.html",
        "/.env",
        "/%2e%2e/etc/passwd",
        "/v1/conversations%2fx",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            println!("{method} {path}");
            let answer = app.alice().call(method, path).await;
            answer.refused("route_not_found", None);
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::spawn().await;
    let mut taken: BTreeMap<String, Vec<Method>> = BTreeMap::new();
    for operation in operations() {
        let values = vec!["x".to_owned(); operation.parameters().len()];
        let methods = taken.entry(operation.at(&values)).or_default();
        methods.push(operation.method);
    }
    for page in ["/", "/openapi.json", "/docs/"] {
        taken.insert(page.to_owned(), vec![Method::GET]);
    }
    let order = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
    ];
    let others = [
        Method::DELETE,
        Method::TRACE,
        Method::from_bytes(b"BREW").unwrap(),
    ];
    let all: Vec<_> = order.into_iter().chain(others).collect();
    let of_object = [Method::GET, Method::HEAD, Method::PATCH, Method::DELETE];
    for (path, mut methods) in taken {
        if methods.contains(&Method::GET) {
            methods.push(Method::HEAD);
        }
        let allowed: Vec<_> = all.iter().filter(|m| methods.contains(m)).collect();
        let allow = allowed
            .iter()
            .map(|m| m.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        for method in all.iter().filter(|m| !methods.contains(m)) {
            // The address may also be that of an object, which some id could name.
            let is_below = [
                "/v1/conversations/bulk",
                "/v1/conversations/bulk-delete",
                "/v1/conversations/x/items/batch",
            ];
            if is_below.contains(&path.as_str()) && of_object.contains(method) {
                continue;
            }
            println!("{method} {path}");
            let answer = app.alice().call(method.clone(), &path).await;
            if *method == Method::HEAD {
                assert_eq!((answer.status, answer.body.len()), (405, 0));
            } else {
                answer.refused("method_not_allowed", None);
            }
            assert_eq!(answer.header("allow"), allow);
        }
    }
}
