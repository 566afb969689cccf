//! Which methods an address takes. The framework answers a wrong one as if the address did not
//! exist, so the description is asked.

use crate::error::{ApiError, code};
use actix_web::HttpRequest;
use actix_web::dev::ResourceDef;
use actix_web::http::header::{ALLOW, HeaderValue};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

/// The addresses of the service and the methods each takes.
pub struct Methods(Vec<(ResourceDef, String)>);

impl Methods {
    /// Those of the description, and the pages for people.
    pub fn of(document: &OpenApi) -> Self {
        let described = document
            .paths
            .paths
            .iter()
            .map(|(path, item)| (path.as_str(), allow(item)));
        let pages = [
            "/",
            "/openapi.json",
            "/docs/{rest}*",
            "/assets/{name}",
            "/conversations/share/{share_id}/",
        ]
        .map(|path| (path, "GET, HEAD".to_owned()));
        Self(
            described
                .chain(pages)
                .map(|(path, allow)| (ResourceDef::new(path), allow))
                .collect(),
        )
    }

    fn allowed(&self, path: &str) -> Option<&str> {
        let found = self.0.iter().find(|(address, _)| address.is_match(path));
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

/// Answers what no route takes: 405 where the address exists, 404 where it does not.
///
/// # Errors
/// Always: there is nothing here.
pub async fn no_route(
    request: HttpRequest,
    methods: actix_web::web::Data<Methods>,
) -> Result<actix_web::HttpResponse, actix_web::Error> {
    let Some(allow) = methods.allowed(request.match_info().as_str()) else {
        return Err(ApiError::new(code::ROUTE_NOT_FOUND, code::ROUTE_NOT_FOUND.meaning).into());
    };
    let error = ApiError::new(
        code::METHOD_NOT_ALLOWED,
        format!(
            "This address does not take {}; it takes {allow}.",
            request.method()
        ),
    );
    let allow = HeaderValue::try_from(allow).unwrap_or(HeaderValue::from_static(""));
    Err(error.header(ALLOW, allow).into())
}
