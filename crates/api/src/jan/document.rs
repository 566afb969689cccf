//! The description of this face, apart from that of `/v1`.

use crate::browsers::PublicUrl;
use crate::error::JanErrorBody;
use crate::system::fixed::Fixed;
use actix_web::{App, HttpRequest, HttpResponse};
use domain::mutex::locked;
use std::sync::{Arc, LazyLock, Mutex};
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::AppExt as _;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "jan-conversations, Jan's face",
        description = "What the web client, the services and the test suite of a Jan Server call, \
            on the same data as `/v1`. Unknown fields are ignored, and so is text after the body's \
            object. Every failure has `code`, `error` and `message` at the top; the codes are those \
            of `/docs/errors`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "http://localhost:8000", description = "A server on this machine")),
    tags(
        (name = "conversations", description = "Conversations of a person with a model."),
        (name = "chat", description = "Completions, kept in a conversation or not."),
        (name = "projects", description = "Folders of conversations."),
        (name = "shares", description = "Links: each shows a conversation to all who have it."),
        (name = "users", description = "Who you are, and your settings."),
        (name = "service", description = "The server itself."),
    ),
    components(schemas(JanErrorBody)),
    modifiers(&Credentials),
)]
struct Base;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT");
        let key = ApiKey::Header(ApiKeyValue::new("X-API-Key"));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(key));
    }
}

/// Operations for persons only, not for their keys.
const PERSONS_ONLY: [&str; 3] = ["create_api_key", "delete_api_key", "upgrade"];

/// The document of this face.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(super::described)
        .split_for_parts();
    for item in document.paths.paths.values_mut() {
        complete(item);
    }
    document
}

/// Adds the failures and the kinds of credentials.
fn complete(item: &mut PathItem) {
    let operations = [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ];
    for operation in operations.into_iter().filter_map(Option::as_mut) {
        let failure = ResponseBuilder::new().description("A failure.").content(
            "application/json",
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("JanError")))
                .build(),
        );
        let responses = &mut operation.responses.responses;
        responses.insert("default".to_owned(), RefOr::T(failure.build()));
        let is_for_all = |all: &Vec<SecurityRequirement>| all.contains(&Default::default());
        let name = operation.operation_id.as_deref().unwrap_or_default();
        if PERSONS_ONLY.contains(&name) {
            continue;
        }
        if let Some(requirements) = operation.security.as_mut().filter(|all| !is_for_all(all)) {
            let nothing: [&str; 0] = [];
            requirements.push(SecurityRequirement::new("api_key", nothing));
        }
    }
}

/// The last written document, and the address that it names.
static WRITTEN: LazyLock<Mutex<Written>> = LazyLock::new(Mutex::default);

type Written = Option<(String, Arc<Fixed>)>;

/// `/jan/openapi.json`.
pub async fn get_document(request: HttpRequest, PublicUrl(url): PublicUrl) -> HttpResponse {
    let mut written = locked(&WRITTEN);
    let known = written.as_ref().filter(|(known, _)| *known == url);
    let document = match known {
        Some((_, document)) => Arc::clone(document),
        None => {
            let document = Arc::new(write(&url));
            *written = Some((url, Arc::clone(&document)));
            document
        }
    };
    drop(written);
    document.answer(&request)
}

fn write(url: &str) -> Fixed {
    let mut document = document();
    for server in document.servers.iter_mut().flatten() {
        url.clone_into(&mut server.url);
        server.description = Some("This server".to_owned());
    }
    Fixed::new("application/json", document.to_json().unwrap_or_default())
}
