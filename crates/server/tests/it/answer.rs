//! Answers, and the form that they must have.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// From the bytes of a connection.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let (first, rest) = head.split_once("\r\n").unwrap();
        let fields = rest.split("\r\n").filter_map(|line| line.split_once(": "));
        Self {
            status: first.split(' ').nth(1).unwrap().parse().unwrap(),
            headers: fields
                .map(|(name, value)| {
                    let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                    (name, HeaderValue::from_str(value).unwrap())
                })
                .collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        let text = self.text();
        text.parse()
            .unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// A header's value; empty when it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{body}");
        self.json()
    }

    /// An answer that must have this status and no body.
    #[track_caller]
    pub(crate) fn expect_nothing(&self, status: u16) {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!((self.status, body.as_ref()), (status, ""));
    }

    /// A failure that must have this code, with the code's status, in a whole envelope.
    #[track_caller]
    pub(crate) fn refused(&self, code: &str, param: Option<&str>) {
        let error = self.failure(code);
        assert_eq!(error["param"].as_str(), param, "{error}");
    }

    /// A failure that must have this code, whatever field it names.
    #[track_caller]
    pub(crate) fn failure(&self, code: &str) -> Value {
        let body = self.json();
        assert_eq!(body["error"]["code"], code, "{} {body}", self.status);
        let known = api::CODES.iter().find(|known| known.name == code).unwrap();
        assert_eq!(self.status, known.status, "{body}");
        let error = body["error"].as_object().unwrap();
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        let mut fields: Vec<_> = error.keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            ["code", "doc_url", "message", "param", "request_id", "type"]
        );
        assert_eq!(error["type"], known.kind);
        assert_eq!(error["request_id"], self.header("x-request-id"));
        assert_ne!(error["message"].as_str().unwrap(), "", "{body}");
        assert_eq!(self.header("content-type"), "application/json");
        body["error"].clone()
    }
}

/// The value with other texts in the fields at these paths, such as `/user/id`, which differ from run to run.
pub(crate) fn masked(mut value: Value, fields: &[(&str, &str)]) -> Value {
    for (path, text) in fields {
        let field = value.pointer_mut(path);
        *field.unwrap_or_else(|| panic!("no {path}")) = Value::from(*text);
    }
    value
}
