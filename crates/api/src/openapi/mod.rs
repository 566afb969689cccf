//! The API's own description, made from the code.

mod bodies;
mod codes;
mod errors;
mod examples;
mod ids;
mod older;
mod repeats;
mod served;
mod shapes;
mod tags;
mod walk;
mod words;

pub use older::rendering;
pub use served::{get_document, get_older_document};
pub(crate) use tags::is_conditional;

use crate::error::code;
use actix_web::App;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::AppExt as _;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "jan-conversations",
        description = include_str!("description.md"),
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(name = "Jan Server", url = "https://github.com/menloresearch/jan-server"),
    ),
    servers((url = "http://localhost:8000", description = "A server on this machine")),
    // In the order of use.
    tags(
        (name = "conversations", description = "Conversations of a person with a model."),
        (name = "items", description = "The messages of a conversation, in order."),
        (name = "chat", description = "OpenAI's API, over the model provider of this server."),
        (name = "projects", description = "Folders of conversations."),
        (name = "shares", description = "Links that show a conversation to everyone with the link."),
        (name = "settings", description = "Your profile for models, and your client's own settings."),
        (name = "auth", description = "Who you are, and the tokens that prove it."),
        (name = "service", description = "The server itself."),
    ),
    components(schemas(crate::error::ErrorBody)),
    modifiers(&Credentials),
)]
struct Base;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "Paste the access_token of POST /auth/login or /auth/guest-login here. \
                 Operations that list `api_key` also take an API key. Tokens are JWTs and are \
                 checked as RFC 8725 says.",
            ))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        let key = ApiKeyValue::with_description("X-API-Key", "A key of POST /auth/api-keys.");
        let key = SecurityScheme::ApiKey(ApiKey::Header(key));
        components.add_security_scheme("api_key", key);
    }
}

/// Every operation of an address.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// Adds API keys to the operations that accept a token, except those for persons only.
fn accept_keys(document: &mut utoipa::openapi::OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            if codes::has_own_code(operation, code::API_KEY_NOT_ALLOWED) {
                continue;
            }
            let requirements = operation.security.as_mut();
            let secured = requirements.filter(|all| !all.contains(&Default::default()));
            if let Some(requirements) = secured {
                let nothing: [&str; 0] = [];
                requirements.push(SecurityRequirement::new("api_key", nothing));
            }
        }
    }
}

/// The document for clients.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(crate::routes::described)
        .split_for_parts();
    name_tags(&mut document);
    accept_keys(&mut document);
    shapes::simplify(&mut document);
    bodies::simplify(&mut document);
    ids::describe(&mut document);
    words::add_to(&mut document);
    repeats::describe(&mut document);
    tags::describe(&mut document);
    examples::add_to(&mut document);
    errors::add_to(&mut document);
    document
}

/// Gives tags the names that people read.
fn name_tags(document: &mut utoipa::openapi::OpenApi) {
    for tag in document.tags.iter_mut().flatten() {
        let mut letters = tag.name.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let shown: String = first.into_iter().chain(letters).collect();
        let extensions = tag.extensions.get_or_insert_default();
        extensions.insert("x-displayName".to_owned(), shown.into());
    }
}
