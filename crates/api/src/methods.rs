//! The methods that an address accepts. The framework answers a wrong method as if the address did
//! not exist, so the methods are read from the document.

use crate::address::{AddressTemplate, Table};
use crate::error::{ApiError, code};
use crate::extract::nearest;
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use std::collections::BTreeSet;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

/// How much of an address is quoted, in characters.
const SAID_BACK: usize = 200;

/// Words of other APIs, and ours.
const USUAL: [(&str, &str); 6] = [
    ("messages", "items"),
    ("threads", "conversations"),
    ("chats", "conversations"),
    ("refresh", "refresh-token"),
    ("signup", "register"),
    ("signin", "login"),
];

/// Where settings are looked for.
const SETTINGS: [&str; 4] = [
    "/settings",
    "/v1/settings",
    "/v1/me/settings",
    "/v1/user/settings",
];

/// The addresses of the service, the methods each takes, and the words they are made of.
pub struct Methods {
    addresses: Vec<(AddressTemplate, String)>,
    words: BTreeSet<String>,
}

impl Methods {
    /// The methods in the document, and those of the pages for people.
    pub fn of(document: &OpenApi) -> Self {
        let described = document
            .paths
            .paths
            .iter()
            .map(|(path, item)| (path.as_str(), allow(item)));
        let pages = [
            "/",
            "/openapi.json",
            "/openapi-3.0.json",
            "/jan/openapi.json",
            "/docs/{rest}*",
            "/assets/{name}",
            "/conversations/share/{share_id}/",
        ]
        .map(|path| (path, "GET, HEAD".to_owned()));
        let mut methods = Self {
            addresses: Vec::new(),
            words: BTreeSet::new(),
        };
        methods.add(described.chain(pages));
        methods
    }

    /// Adds the methods of another document.
    #[must_use]
    pub fn and(mut self, document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        self.add(paths.map(|(path, item)| (path.as_str(), allow(item))));
        self
    }

    fn add<'a>(&mut self, described: impl Iterator<Item = (&'a str, String)>) {
        for (path, allow) in described {
            let words = path.split('/').filter(|word| !word.contains('{'));
            self.words
                .extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
            self.addresses.push((AddressTemplate::new(path), allow));
        }
    }

    /// A suggestion for a mistyped address: `/v1` is missing or there twice, a slash was added, or a
    /// word is nearly right.
    fn meant(&self, path: &str) -> Option<String> {
        if path.len() > SAID_BACK {
            return None;
        }
        let plain = path.trim_end_matches('/');
        let versioned = format!("/v1{plain}");
        let is_settings = SETTINGS.contains(&plain);
        let known = [plain, &versioned, "/v1/users/me/settings"];
        let known = known
            .into_iter()
            .take(if is_settings { 3 } else { 2 })
            .find(|path| !path.is_empty() && self.allowed(path).is_some());
        if let Some(known) = known {
            return Some(format!("Did you mean {known}?"));
        }
        let without = plain.strip_prefix("/v1").unwrap_or_default();
        if without.starts_with('/') && self.allowed(without).is_some() {
            return Some(format!(
                "Did you mean {without}? If a client adds /v1 itself, leave /v1 out of its base URL."
            ));
        }
        let words: Vec<_> = plain.split('/').collect();
        let near = (0..words.len()).find_map(|index| self.with_another_word(&words, index));
        near.map(|near| format!("Did you mean {near}?"))
    }

    fn with_another_word(&self, words: &[&str], index: usize) -> Option<String> {
        let word = words.get(index).filter(|word| !word.is_empty())?;
        let known: Vec<_> = self.words.iter().map(String::as_str).collect();
        let usual = USUAL.iter().find(|(usual, _)| usual == word);
        let usual = usual.map(|(_, ours)| *ours);
        let near = || nearest(word, &known).filter(|near| near != word);
        let mut words = words.to_vec();
        *words.get_mut(index)? = usual.or_else(near)?;
        let path = words.join("/");
        self.allowed(&path).is_some().then_some(path)
    }

    /// Where an object of this address is changed, if not by the method that a client tried.
    fn change(&self, method: &Method, path: &str) -> Option<String> {
        let is_change = [Method::PATCH, Method::PUT, Method::POST].contains(method);
        if !is_change || path.len() > SAID_BACK {
            return None;
        }
        let edit = format!("{path}/edit");
        let allow = self.allowed(&edit)?;
        Some(format!(" Did you mean {allow} {edit}?"))
    }

    fn allowed(&self, path: &str) -> Option<&str> {
        let found = self
            .addresses
            .iter()
            .find(|(address, _)| address.is_match(path));
        found.map(|(_, methods)| methods.as_str())
    }
}

fn allow(item: &PathItem) -> String {
    let methods = [
        ("GET, HEAD", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    let taken: Vec<_> = methods.into_iter().filter(|(_, taken)| *taken).collect();
    taken
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Where the addresses are described.
fn all_addresses(path: &str) -> &'static str {
    match path.starts_with("/openai/") {
        true => "docs/OPENAI.md lists the addresses of this API.",
        false => "All addresses are described at /docs/.",
    }
}

/// Answers requests without a route: 405 where the address exists, 404 where it does not.
///
/// # Errors
/// Always, since no route matched.
pub async fn no_route(
    request: HttpRequest,
    methods: actix_web::web::Data<Table<Methods>>,
) -> Result<actix_web::HttpResponse, actix_web::Error> {
    let path = request.match_info().as_str();
    let Some(allow) = methods.allowed(path) else {
        let there = match methods.meant(path) {
            Some(meant) => meant,
            None => all_addresses(path).to_owned(),
        };
        let shown: String = path.chars().take(SAID_BACK).collect();
        let message = format!("{} {shown} does not exist here. {there}", request.method());
        return Err(ApiError::new(code::ROUTE_NOT_FOUND, message).into());
    };
    let error = ApiError::new(
        code::METHOD_NOT_ALLOWED,
        format!(
            "This address does not take {}; it takes {allow}.{}",
            request.method(),
            methods.change(request.method(), path).unwrap_or_default()
        ),
    );
    let allow = HeaderValue::try_from(allow).unwrap_or(HeaderValue::from_static(""));
    Err(error.header(ALLOW, allow).into())
}
