//! The files that pages load: a style sheet and an icon. Their names change with their content, so
//! browsers may keep them for good.

use crate::error::{ApiError, code};
use crate::service::fixed::{Fixed, digest};
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::sync::LazyLock;

/// A file that is part of the binary.
pub(crate) struct Asset {
    name: String,
    file: Fixed,
}

pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let style = include_str!("share.css");
    Asset::new("share", "css", "text/css; charset=utf-8", style)
});
pub(crate) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("icon.svg")));

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &str, text: &'static str) -> Self {
        Self {
            name: format!("{stem}-{:016x}.{extension}", digest(text.as_bytes())),
            file: Fixed::new(content_type, text).for_good(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// A file of the pages; one of another release is not there.
#[get("/assets/{name}")]
pub(crate) async fn get_asset(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let asset = [&STYLE, &ICON]
        .into_iter()
        .find(|asset| asset.name() == *name);
    let Some(asset) = asset else {
        return Err(ApiError::new(
            code::ROUTE_NOT_FOUND,
            code::ROUTE_NOT_FOUND.meaning,
        ));
    };
    Ok(asset.file.answer(&request))
}
