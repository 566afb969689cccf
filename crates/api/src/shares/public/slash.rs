use crate::error::{ApiError, code};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use endpoint::get;

/// A link with a slash behind it, as people paste it, leads to the link. The address is relative, as
/// all are on the pages of links, so that the service may stand behind any path of a proxy.
#[get("/conversations/share/{share_id}/")]
pub(crate) async fn leave_slash_out(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    // As it was sent: decoded, it could lead elsewhere.
    let path = request.uri().path().trim_end_matches('/');
    let name = path
        .rsplit('/')
        .next()
        .ok_or_else(|| ApiError::new(code::ROUTE_NOT_FOUND, code::ROUTE_NOT_FOUND.meaning))?;
    let location = match request.uri().query() {
        Some(query) => format!("../{name}?{query}"),
        None => format!("../{name}"),
    };
    Ok(HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, location))
        .finish())
}
