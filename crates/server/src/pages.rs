//! Files for browsers: Swagger UI, and the CORS headers.

use actix_cors::Cors;
use actix_web::guard::Get;
use actix_web::http::header::{self, HeaderName};
use actix_web::{Error, HttpRequest, HttpResponse, web};
use api::browsers::AllowedOrigins;
use api::openapi::{get_document, get_older_document};
use api::system::fixed::Fixed;
use domain::mutex::locked;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use utoipa_swagger_ui::Config;

/// The files of Swagger UI that were requested. There are few.
static FILES: LazyLock<Mutex<HashMap<String, Arc<Fixed>>>> = LazyLock::new(Mutex::default);

/// Swagger UI's files and the document. The script that starts it is ours and contains its settings
/// (`api::system::swagger_ui`).
pub(crate) fn swagger_ui(config: &mut web::ServiceConfig) {
    let document = web::resource("/openapi.json").guard(Get());
    let older = web::resource("/openapi-3.0.json").guard(Get());
    let jan = web::resource("/jan/openapi.json").guard(Get());
    let files = web::resource("/docs/{file:.*}").guard(Get());
    config
        .service(document.to(get_document))
        .service(older.to(get_older_document))
        .service(jan.to(api::jan::get_document))
        .service(files.to(get_file));
}

async fn get_file(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Error> {
    match file(&name)? {
        Some(file) => Ok(file.answer(&request)),
        None => Ok(HttpResponse::NotFound().finish()),
    }
}

fn file(name: &str) -> Result<Option<Arc<Fixed>>, Error> {
    let files = || locked(&FILES);
    if let Some(file) = files().get(name) {
        return Ok(Some(Arc::clone(file)));
    }
    let found = utoipa_swagger_ui::serve(name, Arc::new(Config::from("/openapi.json")))
        .map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(found.map(|found| {
        let file = match found.bytes {
            Cow::Borrowed(bytes) => Fixed::new(found.content_type, bytes),
            Cow::Owned(bytes) => Fixed::new(found.content_type, bytes),
        };
        let file = Arc::new(file);
        files().insert(name.to_owned(), Arc::clone(&file));
        file
    }))
}

/// The CORS headers for the allowed origins.
pub(crate) fn cors(origins: &AllowedOrigins) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allow_any_header()
        .allow_private_network_access()
        .expose_headers([
            header::CONTENT_DISPOSITION,
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("idempotency-replayed"),
            HeaderName::from_static("x-context-truncated"),
            HeaderName::from_static("x-finish-reason"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("x-should-retry"),
        ])
        .max_age(3_600);
    match origins {
        // No cookies are used, so a page of any origin gets only data that it could request itself.
        AllowedOrigins::Any => cors.allow_any_origin().send_wildcard(),
        some => {
            let some = some.clone();
            cors.allowed_origin_fn(move |origin, _| {
                origin.to_str().is_ok_and(|origin| some.allow(origin))
            })
        }
    }
}
