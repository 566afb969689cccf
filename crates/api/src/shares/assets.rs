use crate::browsers::FOR_OTHER_SITES;
use crate::error::{ApiError, code};
use crate::system::fixed::Fixed;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use endpoint::get;
use page::assets::{Asset, ICON, PREVIEW, SCRIPT, STYLE};
use std::sync::LazyLock;

static FILES: LazyLock<[(&Asset, Fixed); 4]> =
    LazyLock::new(|| [&*STYLE, &*SCRIPT, &*ICON, &*PREVIEW].map(|asset| (asset, fixed(asset))));

fn fixed(asset: &Asset) -> Fixed {
    Fixed::new(asset.content_type, asset.bytes).for_good()
}

/// A file of the pages of links; a name of another release is 404.
#[get("/assets/{name}")]
pub(crate) async fn get_asset(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let file = FILES.iter().find(|(asset, _)| asset.name == *name);
    match file {
        Some((asset, file)) => {
            let mut answer = file.answer(&request);
            // The picture is shown by programs and sites to which a link was pasted.
            if asset.name == PREVIEW.name {
                let (name, value) = FOR_OTHER_SITES;
                answer
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(value));
            }
            Ok(answer)
        }
        None => Err(ApiError::new(
            code::ROUTE_NOT_FOUND,
            code::ROUTE_NOT_FOUND.meaning,
        )),
    }
}
