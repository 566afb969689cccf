//! The document as sent to clients: with the address at which the client reaches this server, in
//! OpenAPI 3.1 and, for tools that do not support it, in 3.0.

use super::{document, older};
use crate::browsers::PublicUrl;
use crate::system::fixed::Fixed;
use actix_web::{HttpRequest, HttpResponse};
use domain::mutex::locked;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// How many addresses are remembered; a server usually has one, or a few.
const MOST: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Current,
    Older,
}

/// The documents that were made, by form and address.
type Written = HashMap<(Form, String), Arc<Fixed>>;

static WRITTEN: LazyLock<Mutex<Written>> = LazyLock::new(Mutex::default);

/// `/openapi.json`.
pub async fn get_document(request: HttpRequest, public: PublicUrl) -> HttpResponse {
    written(Form::Current, public).answer(&request)
}

/// `/openapi-3.0.json`.
pub async fn get_older_document(request: HttpRequest, public: PublicUrl) -> HttpResponse {
    written(Form::Older, public).answer(&request)
}

fn written(form: Form, PublicUrl(url): PublicUrl) -> Arc<Fixed> {
    let all = || locked(&WRITTEN);
    let key = (form, url);
    if let Some(known) = all().get(&key) {
        return Arc::clone(known);
    }
    let new = Arc::new(write(form, &key.1));
    let mut all = all();
    if all.len() >= MOST {
        all.clear();
    }
    all.insert(key, Arc::clone(&new));
    new
}

fn write(form: Form, url: &str) -> Fixed {
    let mut document = document();
    for server in document.servers.iter_mut().flatten() {
        url.clone_into(&mut server.url);
        server.description = Some("This server".to_owned());
    }
    let text = match form {
        Form::Current => document.to_json().unwrap_or_default(),
        Form::Older => {
            let document = serde_json::to_value(&document).unwrap_or_default();
            older::rendering(document).to_string()
        }
    };
    Fixed::new("application/json", text)
}
