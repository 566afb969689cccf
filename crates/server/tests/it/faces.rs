//! The operations of the other faces, OpenAI's and Jan's, with every kind of caller.

use crate::answer::Answer;
use crate::app::{Actor, TestApp};
use crate::credentials::without_form;
use reqwest::Method;
use serde_json::Value;

/// An operation of a face.
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Whether it asks for a credential.
    pub(crate) is_secured: bool,
}

/// The operations of a description.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, described) in item.as_object().unwrap() {
            let asks = |one: &Value| !one.as_object().unwrap().is_empty();
            let security = described["security"].as_array();
            operations.push(Operation {
                name: described["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                is_secured: security.is_none_or(|all| all.iter().all(asks)),
            });
        }
    }
    operations
}

impl Operation {
    pub(crate) fn parameters(&self) -> Vec<&str> {
        let parts = self.path.split('{').skip(1);
        parts.map(|part| part.split('}').next().unwrap()).collect()
    }

    pub(crate) fn at(&self, values: &[String]) -> String {
        let mut path = self.path.clone();
        for (name, value) in self.parameters().iter().zip(values) {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }

    /// Its parameters with the values that `named` gives.
    pub(crate) fn ids(&self, named: impl Fn(&str) -> String) -> Vec<String> {
        self.parameters().into_iter().map(named).collect()
    }
}

/// A face, as tests of all its operations need it.
pub(crate) struct Face {
    pub(crate) operations: Vec<Operation>,
    /// A body that is right, for the operation of this name.
    pub(crate) body: fn(&str) -> Value,
    /// An id that is well-formed and was never given, for the parameter of this name.
    pub(crate) unknown: fn(&str) -> String,
    /// Parameters whose objects belong to no owner.
    pub(crate) ownerless: &'static [&'static str],
    /// Checks the form of a refusal with this code.
    pub(crate) refused: fn(&Answer, &str),
}

impl Face {
    /// The operations that ask for a credential.
    pub(crate) fn secured(&self) -> impl Iterator<Item = &Operation> {
        let operations = self.operations.iter();
        operations.filter(|operation| operation.is_secured)
    }

    pub(crate) async fn call(
        &self,
        operation: &Operation,
        actor: &Actor,
        ids: &[String],
    ) -> Answer {
        let request = actor.request(operation.method.clone(), &operation.at(ids));
        let request = request.header("x-request-id", "the-same");
        match operation.method {
            Method::POST | Method::PATCH => {
                let body = (self.body)(&operation.name);
                actor.sent(request.json(&body)).await
            }
            _ => actor.sent(request).await,
        }
    }

    /// Each operation that asks for a credential refuses bad ones.
    pub(crate) async fn refuses_bad_credentials(&self, anon: &Actor) {
        for operation in self.secured() {
            println!("{}", operation.name);
            let ids = operation.ids(self.unknown);
            for (header, value, code) in [
                ("x-nothing", "", "token_missing"),
                ("authorization", "Bearer garbage", "token_invalid"),
                ("authorization", "Bearer sk_garbage", "api_key_invalid"),
                ("x-api-key", "sk_invalid_key_123456789", "api_key_invalid"),
            ] {
                let request = anon.request(operation.method.clone(), &operation.at(&ids));
                let request = request.header(header, value).body("no JSON");
                let answer = anon.sent(request).await;
                (self.refused)(&answer, code);
                assert!(answer.header("www-authenticate").starts_with("Bearer"));
            }
        }
    }

    /// Foreign objects answer alice like unknown ones, in each place of an address; nothing is changed. `mine` and
    /// `theirs` are what alice and another owner have, by the names of parameters. Returns how many places there are.
    pub(crate) async fn hides_foreign_objects(
        &self,
        app: &TestApp,
        mine: impl Fn(&str) -> String,
        theirs: impl Fn(&str) -> String,
    ) -> usize {
        let alice = app.alice();
        let before = app.schema.contents().await;
        let mut seen = 0;
        for operation in self.secured() {
            let parameters = operation.parameters();
            let owned = |place: &usize| !self.ownerless.contains(&parameters[*place]);
            for own in (0..parameters.len()).filter(owned) {
                println!("{} from {}", operation.name, parameters[own]);
                let ids = |other: &dyn Fn(&str) -> String| -> Vec<String> {
                    let each = parameters.iter().enumerate();
                    each.map(|(place, &name)| match place < own {
                        true => mine(name),
                        false => other(name),
                    })
                    .collect()
                };
                let never = self.call(operation, &alice, &ids(&self.unknown)).await;
                assert_eq!(never.status, 404, "{}", never.text());
                let foreign = self.call(operation, &alice, &ids(&theirs)).await;
                let nothing = |_: &str| "x".to_owned();
                let malformed = self.call(operation, &alice, &ids(&nothing)).await;
                assert_eq!(
                    (foreign.status, foreign.text()),
                    (never.status, never.text())
                );
                assert_eq!(malformed.status, never.status);
                assert_eq!(without_form(malformed.text()), never.text());
                seen += 1;
            }
        }
        assert_eq!(app.schema.contents().await, before, "something was changed");
        seen
    }
}
