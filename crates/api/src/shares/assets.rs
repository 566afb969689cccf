use crate::error::{ApiError, code};
use crate::service::fixed::Fixed;
use actix_web::{HttpRequest, HttpResponse, get, web};
use page::assets::{Asset, ICON, STYLE};
use std::sync::LazyLock;

static FILES: LazyLock<[(&Asset, Fixed); 2]> =
    LazyLock::new(|| [&*STYLE, &*ICON].map(|asset| (asset, fixed(asset))));

fn fixed(asset: &Asset) -> Fixed {
    Fixed::new(asset.content_type, asset.text).for_good()
}

/// A file of the pages of links; a name of another release is 404.
#[get("/assets/{name}")]
pub(crate) async fn get_asset(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let file = FILES.iter().find(|(asset, _)| asset.name == *name);
    match file {
        Some((_, file)) => Ok(file.answer(&request)),
        None => Err(ApiError::new(
            code::ROUTE_NOT_FOUND,
            code::ROUTE_NOT_FOUND.meaning,
        )),
    }
}
